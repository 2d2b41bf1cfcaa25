"""`ag4-bot doctor`: what an operator with no time wants to know, one line a matter, each problem with its remedy."""
