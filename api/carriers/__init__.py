"""What the courier knows how to carry, one file a kind of parcel."""
