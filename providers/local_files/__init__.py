"""Files in a folder of this machine, served by the API itself."""
