"""
The candidate index: all freelancers who may be recommended, stored as arrays in memory-mapped files.

PostgreSQL is the source of truth; the index is a copy for fast queries. All processes of a machine share its pages
through the page cache. An index is a folder:

    base-7/       owners, features and skills x owners (CSR, stored transposed, so that `q @ XT` reads only the rows
                  of the skills in the query)
    delta-7-3/    the same for freelancers who changed since then; their rows in the base are hidden
    current.json  {"base": 7, "delta": 3}, replaced by an atomic rename

Readers check `current.json` before every query and open new parts; a writer never changes the files of an open part.
`rank` returns the same scores as `scoring.score`, for a thousand people at once (tests compare the two).
"""
