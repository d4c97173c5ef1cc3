import pytest
from django import forms
from django.http import QueryDict

from apps.skills.forms import SkillPickerField, has_added_skill
from apps.skills.models import Skill

pytestmark = pytest.mark.django_db


class Form(forms.Form):
    skills = SkillPickerField(count_max=3)


def bound(query):
    return Form(QueryDict(query))


def skill(slug):
    return Skill.objects.get(slug=slug).id


def test_ticked_skills_are_the_value():
    form = bound(f"skills={skill('react')}&skills={skill('figma')}&skills={skill('react')}")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["skills"] == [skill("react"), skill("figma")]


def test_an_exact_name_is_taken_without_a_click():
    form = bound(f"skills={skill('react')}&skills_text=Next.js")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["skills"] == [skill("react"), skill("nextjs")]


def test_the_add_button_adds_and_shows_the_form_again():
    form = bound("skills_text=figma&skills_add=1")
    assert has_added_skill(form)
    assert not form.errors
    html = str(form["skills"])
    assert f'value="{skill("figma")}" checked' in " ".join(html.split())


def test_an_unclear_name_asks_which_is_meant():
    form = bound("skills_text=translat")
    assert form.errors.as_data()["skills"][0].code == "choose"
    assert str(skill("translation")) in str(form["skills"])


def test_letters_left_in_the_box_do_not_keep_what_is_chosen_from_being_saved():
    form = bound(f"skills={skill('react')}&skills_text=trans")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["skills"] == [skill("react")]
    assert not has_added_skill(form)


def test_a_word_that_the_button_cannot_take_is_asked_about():
    form = bound(f"skills={skill('react')}&skills_text=translat&skills_add=1")
    assert not has_added_skill(form)
    assert form.errors.as_data()["skills"][0].code == "choose"


def test_unknown_ids_and_words_are_refused():
    assert (
        bound("skills=not-an-id&skills=00000000-0000-0000-0000-000000000001").errors.as_data()["skills"][0].code
        == "required"
    )
    assert bound("skills_text=qqqqxxxxzzzz").errors.as_data()["skills"][0].code == "unknown"


def test_too_many_are_refused():
    query = "&".join(f"skills={skill(slug)}" for slug in ("react", "figma", "php", "sql"))
    assert bound(query).errors["skills"] == ["Choose at most 3 skills."]


def test_initial_skills_are_ticked():
    form = Form(initial={"skills": [skill("react")]})
    assert f'value="{skill("react")}" checked' in " ".join(str(form["skills"]).split())
