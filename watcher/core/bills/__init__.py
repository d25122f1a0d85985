"""The record of Congress: what a row says was done, as entries of a bill, roll calls, and where one bill stands."""
