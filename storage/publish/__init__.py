"""Publishers: what tells people and programs of what the archive holds.  They read the file and never crawl."""
