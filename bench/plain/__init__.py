"""
A plain Django project with the same rows, as a measure for the product's pages: a list of 20 cards, a detail page and
an endpoint of Django REST framework, written as Django's documentation teaches. No caches.
"""
