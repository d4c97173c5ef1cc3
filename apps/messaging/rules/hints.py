"""
Signs of a known danger in a message, so that its reader can be warned. Nothing is blocked or changed by them.

The phrases are from warnings that marketplaces and consumer protection publish: contact outside before a contract,
payment outside, a payment asked of the person who is to be paid, and requests for codes or passwords. A hint is shown
with the words that caused it; it says nothing about the sender's intentions.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Hint(StrEnum):
    CONTACT = "contact"
    OUTSIDE_PAYMENT = "outside_payment"
    DEPOSIT = "deposit"
    SECRET = "secret"  # noqa: S105 - the name of a hint


_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\u202a-\u202e\ufeff\u00ad\u0640\u064b-\u0652]")
_SAME_LETTER = str.maketrans("أإآٱىة", "اااايه") | {0x0660 + n: str(n) for n in range(10)} | {
    0x06F0 + n: str(n) for n in range(10)
}  # fmt: skip

_MESSENGER = r"(?:whats ?app|telegram|we ?chat|skype|signal|viber|discord|messenger|imo|zalo|line)"
_MESSENGER_AR = r"(?:واتس ?اب|واتساب|الواتس|تلي?[جغق]رام|تيلي[جغق]رام|سكايب|فايبر|ديسكورد|ماسنجر)"
_MESSENGER_ZH = r"(?:微信|威信|薇信|v信|vx|wx|qq|扣扣|电报|telegram|whats ?app|skype|飞机)"
_WAY_OUT = (
    r"(?:paypal|western union|moneygram|bitcoin|btc|usdt|crypto|venmo|cash ?app|zelle|wise|payoneer|bank transfer)"
)
_WAY_OUT_AR = r"(?:باي ?بال|ويسترن|موني ?جرام|بيتكوين|عملات رقميه|يو اس دي تي|usdt|فودافون كاش|تحويل بنكي|حواله)"

_PATTERNS: dict[Hint, tuple[str, ...]] = {
    Hint.CONTACT: (
        r"(?<![\w.+-])[\w.+-]{2,64}\s?(?:@|[(\[{]\s?at\s?[)\]}]|\sat\s)\s?[\w-]{2,63}\s?"
        r"(?:\.|[(\[{]\s?dot\s?[)\]}]|\sdot\s)\s?(?:[a-z]{2,12})\b",
        r"(?<![\w.,/])(?:\+|00)\s?[1-9](?:[ ().-]?\d){7,14}(?!\d)",
        r"(?<![\w.,/+-])0\d{1,4}[ ./-]?\d{3,4}[ -]?\d{3,4}(?![\d.,/])",
        r"(?<![\w.,/+-])1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)",
        r"\b(?:wa\.me|t\.me|api\.whatsapp\.com|discord\.gg|join\.skype\.com|line\.me|zalo\.me)/",
        rf"\b(?:on|via|by|over|through|using|my|add me|to) {_MESSENGER}\b(?! (?:bot|api|integration|plugin|app))",
        rf"\b{_MESSENGER}(?: me\b|\s?(?:id|number|no|nr)?\s?[:=]\s?\S{{3,}})",
        r"\b(?:text|call|ring|e-?mail|mail) me (?:at|on|under|directly|outside)\b",
        r"\b(?:my|your) (?:phone|mobile|cell|whatsapp) (?:number|no)\b",
        rf"(?:加|添加|联系|私|用|在)\s?(?:我|下|一下)?\s?的?\s?{_MESSENGER_ZH}",
        rf"{_MESSENGER_ZH}\s?(?:号|id|联系|聊|[:：=])",
        r"(?:手机|电话)号?(?:码)?\s?(?:是|[:：])\s?\d",
        r"(?:私下|线下|站外|平台外)(?:联系|沟通|聊|交流)",
        rf"(?:علي|عبر|عن طريق|في|حسابي|رقمي|راسلني|كلمني|تواصل معي)\s(?:\S+\s){{0,2}}?(?:ال)?{_MESSENGER_AR}",
        rf"{_MESSENGER_AR}\s?[:：]\s?\S{{3,}}",
        r"(?:رقم (?:هاتفي|جوالي|تليفوني|موبايلي)|اتصل بي علي|راسلني علي (?:ال)?(?:بريد|ايميل))",
    ),
    Hint.OUTSIDE_PAYMENT: (
        rf"\b(?:via|by|with|through|using|over|in|to (?:my|your)|pay (?:me|you)) {_WAY_OUT}\b"
        r"(?! (?:api|integration|plugin|button))",
        rf"\b(?:my|your) {_WAY_OUT}\b(?: (?:account|address|wallet|id))",
        r"\b(?:pay|paid|payment|deal|work|settle|contract)\b[^.!?\n]{0,40}\b(?:outside|off|without) (?:of )?"
        r"(?:the |this )?(?:platform|site|marketplace|website|fees?|escrow)\b",
        r"\b(?:outside|off|leave|avoid|save|skip) (?:of )?(?:the |this )?"
        r"(?:platform|marketplace|service fee|site'?s? fees?)",
        r"\bpay(?:ing)? (?:me |you )?(?:directly|privately)\b",
        r"(?:微信|支付宝|paypal|usdt|比特币|西联|银行)\s?(?:转账|付款|支付|收款|打款|汇款|给你|给我)",
        r"(?:转账|付款|支付|打款|汇款|收款)\s?到?(?:我的|你的)?\s?(?:微信|支付宝|paypal|usdt|银行卡)",
        r"(?:私下|线下|站外|平台外|绕过平台|不走平台|不通过平台|脱离平台)\s?(?:交易|付款|支付|转账|合作|成交|结算)?",
        r"(?:省|免|避开|逃)\s?(?:掉|去|下)?\s?(?:平台)?(?:手续费|服务费|佣金)",
        r"(?:خارج|بعيدا عن|بدون|من دون) (?:ال)?(?:منصه|موقع|عموله|رسوم المنصه)",
        r"(?:ادفع|الدفع|ندفع|سادفع|تدفع|ارسل|ارسال|حول|التحويل|تحويل|عبر|عن طريق|علي|بواسطه)\s"
        rf"(?:\S+\s){{0,3}}?(?:ال)?{_WAY_OUT_AR}",
        r"(?:الدفع|ادفع|ندفع|سادفع)\s(?:\S+\s){0,2}?مباشره",
    ),
    Hint.DEPOSIT: (
        r"\b(?:refundable |security |small |registration |good[- ]faith )?deposit\b"
        r"(?=[^.!?\n]{0,60}\b(?:start|begin|before|first|you|refund|return|send|pay)\b)",
        r"\b(?:pay|send|transfer)\b[^.!?\n]{0,30}\bdeposit\b",
        r"\b(?:registration|training|onboarding|activation|processing|verification|application|insurance"
        r"|admin(?:istration)?) fee\b",
        r"\b(?:gift cards?|cashier'?s che(?:que|ck)|money order)\b",
        r"\b(?:send|deposit|cash|mail) (?:you )?(?:a|the) che(?:que|ck)\b",
        r"\b(?:buy|purchase|pay for) (?:your |the |this )?(?:own )?"
        r"(?:equipment|starter kit|licen[cs]e|software|training)\b[^.!?\n]{0,40}"
        r"\b(?:first|reimburse|refund|back)",
        r"\b(?:send|pay|transfer) (?:the |this |a )?(?:difference|overpayment|remainder|rest) back\b",
        r"押金|保证金|入职费|注册费|报名费|培训费|激活费|会员费|认证费|工本费|服装费|刷单|垫付|先垫|礼品卡|购物卡",
        r"(?:先|需要?|须|请)\s?(?:你|您)?\s?(?:交|付|缴|转|打|充值)\s?[^，。！？\n]{0,12}(?:费|款|钱|元|块|金)",
        r"(?:رسوم|رسم) (?:ال)?(?:تسجيل|تدريب|تفعيل|اشتراك|معالجه|تامين|توثيق|فتح الملف)",
        r"(?:مبلغ|دفع|ادفع|تدفع|ارسل)\s(?:\S+\s){0,2}?(?:ال)?(?:تامين|عربون|ضمان|مقدم)",
        r"(?:عربون|بطاق(?:ه|ات) (?:ال)?هدايا|بطاقات هديه|شيك بنكي)",
    ),
    Hint.SECRET: (
        r"\b(?:verification|security|confirmation|login|one[- ]time|sms|otp) (?:code|password|pin)\b",
        r"\b(?:send|give|tell|share|need)\b[^.!?\n]{0,25}\b(?:your|the) "
        r"(?:password|otp|pin|passport (?:scan|copy|photo)|card (?:number|details))\b",
        r"验证码|动态码|校验码|(?:发|给|告诉|提供)\s?(?:我|我们)?\s?(?:一下)?\s?(?:你|您)?的?\s?(?:登录)?密码|身份证(?:正反面|照片|复印件)",
        r"(?:رمز|كود) (?:ال)?(?:تحقق|تاكيد|تفعيل)",
        r"(?:ارسل|اعطني|شارك|ابعث)\s(?:\S+\s){0,2}?(?:كلمه (?:ال)?(?:سر|مرور)|صوره (?:ال)?(?:جواز|بطاقه|هويه))",
    ),
}  # fmt: skip
_COMPILED = {hint: tuple(re.compile(pattern) for pattern in patterns) for hint, patterns in _PATTERNS.items()}
TEXT_READ_MAX = 5000


def hints(text: str) -> list[Hint]:
    """Return the dangers that the words of a message point to, in the order of `Hint`."""
    plain = _plain(text[:TEXT_READ_MAX])
    return [hint for hint, patterns in _COMPILED.items() if any(pattern.search(plain) for pattern in patterns)]


def _plain(text: str) -> str:
    """One spelling for what looks the same: width, case, invisible characters, Arabic letters and digits."""
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return re.sub(r"[ \t]+", " ", folded.translate(_SAME_LETTER))
