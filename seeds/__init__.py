"""The seed press release, and the embedded portal that serves it among others of its own making."""
