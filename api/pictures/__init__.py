"""Pictures that strangers send, drawn anew in a process of its own: what comes out holds no metadata and
no second meaning. Refuses to decode anything inside the service itself."""
