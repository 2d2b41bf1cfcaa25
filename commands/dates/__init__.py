"""Dates and times as people in Sachsen-Anhalt type and read them. Pure: no clock, no database."""
