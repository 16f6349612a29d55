"""The crawler: what is asked, how it is judged and read, and the command line over it all."""
