"""
django-oscar's catalogue as a third site for `bench.pages`: its own pages and settings as its documentation teaches, one
product for each task. It runs in an environment of its own, which `bench.oscar_site` creates.
"""
