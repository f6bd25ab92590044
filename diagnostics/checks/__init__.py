"""One file a launch condition. A check reads the snapshot alone and knows no other check."""
