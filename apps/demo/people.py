"""The people of the demo: two employers, twelve freelancers, one staff member."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "tradewind-demo"  # noqa: S105 - the demo's own, printed at every start


@dataclass(frozen=True, slots=True)
class Person:
    """One person and the organization they act for."""

    email: str
    name: str
    organization: str
    kind: str
    country: str
    currency: str
    time_zone: str
    language: str
    headline: str = ""
    bio: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()
    rate_minor: int = 0
    works: bool = True


EMPLOYERS = [
    Person("greta@hafenlicht.example", "Greta Lindner", "Hafenlicht GmbH", "company", "DE", "EUR", "Europe/Berlin", "de",
         "Möbel für kleine Räume, aus Hamburg in die Welt",
         "Wir verkaufen Möbel in zwölf Länder und suchen Menschen, die Texte, Bilder und Läden für uns machen.", works=False),
    Person("sam@northfork.example", "Sam Rivera", "North Fork Labs", "company", "US", "USD", "America/New_York", "en",
         "Small software for big harvests", "We build sensors and web tools for farms.", works=False),
]  # fmt: skip
FREELANCERS = [
    Person("amara@lagos.example", "Amara Okafor", "Amara Okafor", "individual", "NG", "USD", "Africa/Lagos", "en",
         "Web developer who ships", "Six years of shops and dashboards with React and Django.",
         ("react", "javascript", "python", "shopify", "front-end-development"),
         (("en", "native"), ("fr", "conversational")), 3500),
    Person("lin@shenzhen.example", "林晓雨", "晓雨工作室", "team", "CN", "CNY", "Asia/Shanghai", "zh-hans",
         "跨境电商设计与建站", "三人团队,专注跨境电商的页面设计、独立站搭建与商品摄影修图。",
         ("shopify", "figma", "photo-retouching", "graphic-design", "ui-design"),
         (("zh-hans", "native"), ("en", "fluent")), 20000),
    Person("nour@cairo.example", "نور الشريف", "نور الشريف", "individual", "EG", "USD", "Africa/Cairo", "ar",
         "مترجمة وكاتبة محتوى", "أترجم بين العربية والإنجليزية والألمانية وأكتب محتوى للمتاجر.",
         ("translation", "copywriting", "localization", "proofreading"),
         (("ar", "native"), ("en", "fluent"), ("de", "fluent")), 2500),
    Person("diego@bogota.example", "Diego Herrera", "Diego Herrera", "individual", "CO", "USD", "America/Bogota", "es",
         "Edición de video y animación", "Edito vídeos cortos y animaciones para marcas.",
         ("video-editing", "motion-graphics", "subtitling"), (("es", "native"), ("en", "fluent")), 2800),
    Person("claire@lyon.example", "Claire Moreau", "Claire Moreau", "individual", "FR", "EUR", "Europe/Paris", "fr",
         "Rédactrice et traductrice", "J’écris des fiches produits qui se lisent et se vendent.",
         ("copywriting", "translation", "seo", "proofreading"), (("fr", "native"), ("en", "fluent"), ("de", "conversational")), 4200),
    Person("priya@pune.example", "Priya Deshmukh", "Deshmukh Data", "agency", "IN", "INR", "Asia/Kolkata", "en",
         "Clean data, clear charts", "We clean, check and chart data for small companies.",
         ("data-entry", "data-analysis", "excel", "python", "sql"), (("hi", "native"), ("en", "fluent")), 150000),
    Person("yuki@osaka.example", "Yuki Tanaka", "Yuki Tanaka", "individual", "JP", "JPY", "Asia/Tokyo", "en",
         "Illustration and brand design", "Quiet illustration for careful brands.",
         ("illustration", "logo-design", "graphic-design", "brand-identity"), (("ja", "native"), ("en", "fluent")), 5000),
    Person("tom@leeds.example", "Tom Ashworth", "Ashworth & Daughters", "team", "GB", "GBP", "Europe/London", "en",
         "Customer support with patience", "Support in English and German, seven days a week.",
         ("customer-service", "zendesk", "email-support"), (("en", "native"), ("de", "fluent")), 2200),
    Person("leila@tunis.example", "Leïla Ben Amor", "Leïla Ben Amor", "individual", "TN", "EUR", "Africa/Tunis", "fr",
         "Développeuse mobile", "Applications Flutter et API Django.",
         ("flutter", "mobile-app-development", "django", "api-development"), (("fr", "native"), ("ar", "native"), ("en", "fluent")), 3000),
    Person("marek@krakow.example", "Marek Nowak", "Marek Nowak", "individual", "PL", "PLN", "Europe/Warsaw", "en",
         "Back ends that stay up", "Python, PostgreSQL and the patience to read logs.",
         ("python", "django", "postgresql", "docker", "api-development"), (("pl", "native"), ("en", "fluent"), ("de", "conversational")), 18000),
    Person("sofia@porto.example", "Sofia Almeida", "Sofia Almeida", "individual", "PT", "EUR", "Europe/Lisbon", "en",
         "Market research across borders", "I interview, count and write reports that decide something.",
         ("market-research", "data-analysis", "survey-design", "industry-report"), (("pt-br", "native"), ("en", "fluent"), ("es", "fluent")), 3800),
    Person("wei@taipei.example", "陳偉", "陳偉", "individual", "TW", "USD", "Asia/Taipei", "zh-hans",
         "Shopify 与亚马逊运营", "帮卖家把商品页做好,把广告算清楚。",
         ("shopify", "amazon-listing", "seo", "google-ads"), (("zh-hans", "native"), ("en", "fluent"), ("ja", "conversational")), 3000),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StaffMember:
    email: str
    name: str


STAFF = StaffMember("admin@tradewind.example", "Ines Moderator")

LOGINS = [
    ("greta@hafenlicht.example", "employer in Germany"),
    ("sam@northfork.example", "employer in the United States"),
    ("amara@lagos.example", "freelancer in Nigeria"),
    ("lin@shenzhen.example", "freelancer in China (简体中文)"),
    ("nour@cairo.example", "freelancer in Egypt (العربية)"),
    ("admin@tradewind.example", "staff: moderation and /admin/"),
]
