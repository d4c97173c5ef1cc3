"""What a reader is warned of, in the languages of the interface, and what must not be a warning."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.messaging.rules.conversations import UNANSWERED_MAX, hides_opener, may_add
from apps.messaging.rules.hints import Hint, hints

DANGEROUS = {
    Hint.CONTACT: [
        "Write me at joe.smith@gmail.com please", "my mail: joe (at) gmail (dot) com", "Call +49 151 2345 6789",
        "WhatsApp me", "Let's talk on Telegram", "text me at 0803 123 4567", "https://wa.me/2348031234567",
        "add me on skype", "Telegram: @joe_99", "加我微信聊", "我的微信号是 abc123", "电话：13812345678",
        "我们私下联系吧", "加QQ 12345678", "تواصل معي على الواتساب", "راسلني عبر تيليجرام", "واتساب: 0501234567",
        "هذا رقم هاتفي ٠١٢٣٤٥٦٧٨٩", "Ｗｈａｔｓａｐｐ ｍｅ", "j\u200boe@ma\u200bil.com",
    ],
    Hint.OUTSIDE_PAYMENT: [
        "I can pay you via PayPal", "Let us work outside the platform", "pay me directly, no fees",
        "send it by Western Union", "we avoid the platform fee", "payment in USDT", "微信转账给你", "我们绕过平台交易",
        "可以私下付款", "省掉平台手续费", "支付宝付款就行", "ادفع لي خارج المنصة", "سأدفع لك عن طريق باي بال",
        "بدون عمولة الموقع", "الدفع مباشرة لك",
    ],
    Hint.DEPOSIT: [
        "Please pay a refundable deposit before you start", "There is a registration fee of 20 USD",
        "Buy the equipment first and we reimburse you", "send me gift cards", "We send you a check to cash",
        "请先交保证金200元", "需要缴纳培训费", "先付押金", "入职费用在工资里退还，入职费50元", "ادفع رسوم التسجيل أولا",
        "يجب دفع مبلغ التأمين", "العربون خمسون دولارا",
    ],
    Hint.SECRET: [
        "Tell me the verification code", "send your password so that I can log in", "把验证码发给我",
        "请提供你的登录密码", "أرسل لي رمز التحقق", "شارك كلمة السر معي",
    ],
}  # fmt: skip
HARMLESS = [
    "Hello, can you start on Monday?", "Our budget is 1,200.00 EUR until 2026-11-30.", "The file has 1200 x 800 pixels.",
    "We need a WhatsApp bot for our shop.", "PayPal integration is part of the work.", "Please translate 35,000 words.",
    "The order number is 4711-2026.", "Could you show me similar work?", "Do you write unit tests?",
    "The deadline is 30.11.2026 at 18:00.", "I speak English, German and Yoruba.", "Version 3.11.4 or newer",
    "We design e-mail templates.", "Payment is in escrow until you approve.", "The first milestone is the outline.",
    "你好，请问什么时候可以开始？", "预算是3000元，共两个里程碑。", "我们需要一个微信小程序。", "请先看一下附件里的说明。",
    "网站需要支持支付宝接口吗？", "交付日期可以推迟两天吗？", "翻译大约两万字。", "谢谢，我明天回复。",
    "مرحبا، متى يمكنك البدء؟", "الميزانية ألف يورو والموعد نهاية الشهر.", "نحتاج إلى ترجمة دليل من عشرين صفحة.",
    "هل يمكنك إرسال مثال من أعمالك؟", "شكرا، سأجيب غدا.", "نريد تطبيقا للحجز عبر الإنترنت.", "هل السعر يشمل التعديلات؟",
]  # fmt: skip


@pytest.mark.parametrize("hint", DANGEROUS)
def test_a_warning_is_given_in_every_language(hint):
    missed = [text for text in DANGEROUS[hint] if hint not in hints(text)]
    assert missed == []


def test_ordinary_messages_carry_no_warning():
    warned = {text: hints(text) for text in HARMLESS if hints(text)}
    assert warned == {}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read_and_a_spelling_in_capitals_changes_nothing(text):
    assert set(hints(text)) <= set(Hint)
    ascii_only = "".join(character for character in text if character.isascii())
    assert hints(ascii_only.upper()) == hints(ascii_only.lower())


@given(st.integers(0, 10), st.integers(0, 10))
def test_a_side_adds_a_message_once_answered_or_a_few_before(sent, received):
    assert may_add(sent=sent, received=received) == (received > 0 or sent < UNANSWERED_MAX)


@given(st.booleans(), st.booleans(), st.booleans())
def test_only_a_freelancer_who_asks_about_a_sealed_task_is_not_named(about_task, by_employer, sealed):
    hidden = hides_opener(is_about_task=about_task, opener_is_employer=by_employer, is_sealed=sealed)
    assert hidden == (about_task and sealed and not by_employer)
