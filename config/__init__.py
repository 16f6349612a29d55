"""Settings: the models of both kinds of files, what is shipped, and how they are read.  Imports nothing of ours."""
