"""End-to-end encryption: who vouches for us, whose devices get keys, reading and writing in encrypted rooms."""
