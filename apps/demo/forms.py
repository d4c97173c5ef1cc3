"""The form of the component page."""

from django import forms


class ExampleForm(forms.Form):
    """One field of each kind; never submitted and not translated, because its page is for template authors."""

    title = forms.CharField(label="A line of text", help_text="With a hint.")
    text = forms.CharField(label="More text", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
    price = forms.DecimalField(label="A number")
    kind = forms.ChoiceField(label="One of a list", choices=[("a", "First"), ("b", "Second")])
    way = forms.ChoiceField(
        label="One of a few",
        choices=[("a", "First"), ("b", "Second, with a label that is longer than the others")],
        widget=forms.RadioSelect,
    )
    agrees = forms.BooleanField(label="Yes or no")
    file = forms.FileField(label="A file", required=False)
