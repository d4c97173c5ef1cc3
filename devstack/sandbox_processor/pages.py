"""
The hosted checkout and onboarding: plain HTML that works without JavaScript, in the reader's language, left to right or
right to left.

A separate server without Django: its few sentences are stored here.
"""

from __future__ import annotations

from decimal import Decimal
from html import escape
from urllib.parse import quote

from apps.gateways.stripe.amounts import processor_exponent
from devstack.sandbox_processor.store import Json

_TEXTS = {
    "en": {
        "title": "Pay %(amount)s",
        "sandbox": "Sandbox: no real money is moved here. The test card is filled in for you.",
        "for": "For",
        "amount": "Amount",
        "card": "Card number",
        "hint": "4242 4242 4242 4242 pays; 4000 0000 0000 0002 is declined.",
        "pay": "Pay %(amount)s",
        "decline": "Try with a declined card",
        "cancel": "Cancel and go back",
        "generic_decline": "The card was declined. Nothing was charged. Use another card.",
        "insufficient_funds": "The card has not enough money. Nothing was charged. Use another card.",
        "expired_card": "The card has expired. Nothing was charged. Use another card.",
        "closed": "This payment page is closed.",
        "closed_text": "It was already paid, or it has expired. Go back to the marketplace to see which.",
        "unknown": "There is no such payment page.",
        "onboarding": "Where you are paid",
        "onboarding_sandbox": "Sandbox: nothing is checked here. A test account number is filled in for you.",
        "holder": "Bank account of",
        "number": "Account number or IBAN",
        "number_hint": "000123456789 works; 000000009999 is not verified; payouts to 000111111116 come back.",
        "save": "Save and go back",
        "account_number_invalid": "The bank account number is invalid. Use at least six letters and digits.",
    },
    "zh-hans": {
        "title": "支付 %(amount)s",
        "sandbox": "沙盒环境：这里不会转移真实资金。测试卡号已为您填好。",
        "for": "用途",
        "amount": "金额",
        "card": "卡号",
        "hint": "4242 4242 4242 4242 支付成功；4000 0000 0000 0002 会被拒绝。",
        "pay": "支付 %(amount)s",
        "decline": "用会被拒绝的卡试一试",
        "cancel": "取消并返回",
        "generic_decline": "该卡被拒绝。未扣款。请换一张卡。",
        "insufficient_funds": "该卡余额不足。未扣款。请换一张卡。",
        "expired_card": "该卡已过期。未扣款。请换一张卡。",
        "closed": "此支付页面已关闭。",
        "closed_text": "款项已支付，或页面已过期。请返回平台查看。",
        "unknown": "没有这个支付页面。",
        "onboarding": "您的收款账户",
        "onboarding_sandbox": "沙盒环境：这里不会核验任何信息。测试账号已为您填好。",
        "holder": "账户持有人",
        "number": "账号或 IBAN",
        "number_hint": "000123456789 可用；000000009999 不会通过验证；付往 000111111116 的款项会被退回。",
        "save": "保存并返回",
        "account_number_invalid": "银行账号无效。请至少输入六位字母或数字。",
    },
    "ar": {
        "title": "ادفع %(amount)s",
        "sandbox": "بيئة تجريبية: لا تُنقل هنا أي أموال حقيقية. رقم بطاقة الاختبار مكتوب لك.",
        "for": "مقابل",
        "amount": "المبلغ",
        "card": "رقم البطاقة",
        "hint": "البطاقة 4242 4242 4242 4242 تدفع؛ والبطاقة 4000 0000 0000 0002 تُرفض.",
        "pay": "ادفع %(amount)s",
        "decline": "جرّب ببطاقة مرفوضة",
        "cancel": "ألغِ وارجع",
        "generic_decline": "رُفضت البطاقة ولم يُخصم شيء. استعمل بطاقة أخرى.",
        "insufficient_funds": "لا يوجد رصيد كافٍ في البطاقة ولم يُخصم شيء. استعمل بطاقة أخرى.",
        "expired_card": "انتهت صلاحية البطاقة ولم يُخصم شيء. استعمل بطاقة أخرى.",
        "closed": "أُغلقت صفحة الدفع هذه.",
        "closed_text": "إما أنها دُفعت أو انتهت صلاحيتها. ارجع إلى المنصة لتعرف.",
        "unknown": "لا توجد صفحة دفع كهذه.",
        "onboarding": "أين تُدفع لك الأموال",
        "onboarding_sandbox": "بيئة تجريبية: لا يُتحقق هنا من شيء. رقم حساب الاختبار مكتوب لك.",
        "holder": "صاحب الحساب",
        "number": "رقم الحساب أو الآيبان",
        "number_hint": "الرقم 000123456789 يعمل؛ والرقم 000000009999 لا يُوثَّق؛ والمدفوعات إلى 000111111116 تعود.",
        "save": "احفظ وارجع",
        "account_number_invalid": "رقم الحساب غير صالح. اكتب ستة أحرف أو أرقام على الأقل.",
    },
}

STYLE = """
:root{color-scheme:light dark;font:1rem/1.55 system-ui,sans-serif}
body{max-inline-size:28rem;margin:2rem auto;padding-inline:1rem}
:lang(ar){line-height:1.75}
h1{font-size:1.4rem}dt{font-weight:600}dd{margin:0 0 .75rem}
label{display:block;font-weight:600}
input{inline-size:100%;box-sizing:border-box;font:inherit;padding:.6rem;min-block-size:2.75rem}
button,a.button{display:block;inline-size:100%;box-sizing:border-box;min-block-size:2.75rem;margin-block-start:.75rem;
font:inherit;text-align:center;border-radius:.5rem;border:1px solid #59636e;padding:.6rem;background:none;color:inherit;
text-decoration:none;cursor:pointer}
button.pay{background:#1a4fd0;border-color:#1a4fd0;color:#fff;font-weight:600}
.note{border-inline-start:.25rem solid #1a4fd0;padding-inline-start:.75rem}
.error{border-inline-start:.25rem solid #c11;padding-inline-start:.75rem;font-weight:600}
"""

TEST_CARD = "4242 4242 4242 4242"
TEST_ACCOUNT = "000123456789"
DECLINED_CARD = "4000 0000 0000 0002"


def language(locale: str) -> str:
    """One of the page's three languages; English for any other."""
    code = locale.lower()
    if code.startswith("ar"):
        return "ar"
    if code.startswith("zh"):
        return "zh-hans"
    return code if code in _TEXTS else "en"


def checkout(session: Json, locale: str, error: str = "") -> str:
    texts = _TEXTS[language(locale)]
    amount = _amount(session["amount_total"], session["currency"])
    bdi = f'<bdi dir="ltr">{escape(amount)}</bdi>'
    alert = f'<p class="error" role="alert">{escape(texts.get(error, texts["generic_decline"]))}</p>' if error else ""
    cancel = session.get("cancel_url") or session["success_url"]
    action = f"/checkout/{session['id']}?locale={quote(locale)}"
    body = f"""<h1>{texts["title"] % {"amount": bdi}}</h1>
<p class="note">{escape(texts["sandbox"])}</p>
{alert}
<dl><dt>{escape(texts["for"])}</dt><dd dir="auto">{escape(session["_name"])}</dd>
<dt>{escape(texts["amount"])}</dt><dd>{bdi}</dd></dl>
<form method="post" action="{escape(action)}">
<label for="card">{escape(texts["card"])}</label>
<p id="hint">{escape(texts["hint"])}</p>
<input id="card" name="card" dir="ltr" inputmode="numeric" autocomplete="cc-number" aria-describedby="hint"
 value="{TEST_CARD}">
<button class="pay" name="outcome" value="pay">{texts["pay"] % {"amount": bdi}}</button>
<button name="outcome" value="decline">{escape(texts["decline"])}</button>
</form>
<a class="button" href="{escape(cancel)}">{escape(texts["cancel"])}</a>"""
    return _page(texts["title"] % {"amount": amount}, body, locale)


def preferred(accepted: str) -> str:
    """The first of the browser's languages that this page supports."""
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower()
        if code.startswith(("en", "ar", "zh")):
            return language(code)
    return "en"


def onboarding(link: Json, account: Json, locale: str, error: str = "") -> str:
    """The recipient's page: the account holder and the bank account."""
    texts = _TEXTS[language(locale)]
    alert = f'<p class="error" role="alert">{escape(texts["account_number_invalid"])}</p>' if error else ""
    body = f"""<h1>{escape(texts["onboarding"])}</h1>
<p class="note">{escape(texts["onboarding_sandbox"])}</p>
{alert}
<dl><dt>{escape(texts["holder"])}</dt><dd dir="auto">{escape(account.get("_name") or "-")}</dd></dl>
<form method="post" action="/onboarding/{escape(link["id"])}">
<label for="number">{escape(texts["number"])}</label>
<p id="hint">{escape(texts["number_hint"])}</p>
<input id="number" name="account_number" dir="ltr" autocomplete="off" aria-describedby="hint" value="{TEST_ACCOUNT}">
<button class="pay">{escape(texts["save"])}</button>
</form>
<a class="button" href="{escape(link["_return"])}">{escape(texts["cancel"])}</a>"""
    return _page(texts["onboarding"], body, locale)


def closed(session: Json, locale: str) -> str:
    texts = _TEXTS[language(locale)]
    back = session.get("cancel_url") or session["success_url"]
    body = f"""<h1>{escape(texts["closed"])}</h1><p>{escape(texts["closed_text"])}</p>
<a class="button" href="{escape(back)}">{escape(texts["cancel"])}</a>"""
    return _page(texts["closed"], body, locale)


def unknown(locale: str) -> str:
    title = _TEXTS[language(locale)]["unknown"]
    return _page(title, f"<h1>{escape(title)}</h1>", locale)


def _page(title: str, body: str, locale: str) -> str:
    code = language(locale)
    direction = "rtl" if code == "ar" else "ltr"
    return f"""<!doctype html>
<html lang="{"zh-Hans" if code == "zh-hans" else code}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{STYLE}</style></head>
<body><main>{body}</main></body></html>"""


def _amount(sent: int, currency: str) -> str:
    digits = processor_exponent(currency.upper())
    return f"{Decimal(sent).scaleb(-digits):,.{digits}f}\N{NO-BREAK SPACE}{currency.upper()}"
