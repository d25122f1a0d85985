"""The past read again: rehearsals, replays and labelled texts."""
