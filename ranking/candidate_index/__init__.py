"""
Everybody who may be recommended, as arrays in files that all processes of a machine share through the page cache.

PostgreSQL stays the source of truth; this is a copy that answers in milliseconds. A *candidate index* is a folder:

    base-7/       owners, features and skills x owners (CSR, kept transposed: `q @ XT` touches the rows asked for alone)
    delta-7-3/    the same for those who changed since, who are passed over in the base
    current.json  {"base": 7, "delta": 3}, put in place by an atomic rename

Readers look at `current.json` before every question and open what is new; a writer never touches what is open.
`rank` gives what `scoring.score` gives, for a thousand people at once (tested against it).
"""
