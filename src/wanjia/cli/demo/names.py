"""Invented names for the demo: places and people, in Chinese with their Pinyin. None of them is meant to be real."""

from dataclasses import dataclass

from numpy.random import Generator

FIRST = ["海hǎi", "云yún", "清qīng", "石shí", "松sōng", "沙shā", "白bái", "南nán", "安ān", "桃táo", "青qīng", "长cháng", "双shuāng", "龙lóng", "梅méi", "竹zhú", "金jīn", "玉yù", "东dōng", "西xī", "大dà", "小xiǎo", "新xīn", "古gǔ", "上shàng", "下xià", "红hóng", "黄huáng", "兰lán", "柳liǔ", "枫fēng", "杏xìng", "莲lián", "葛gé", "樟zhāng", "银yín"]  # fmt: skip
SECOND = ["棠táng", "溪xī", "湾wān", "岭lǐng", "洲zhōu", "浦pǔ", "塘táng", "桥qiáo", "峰fēng", "坪píng", "渡dù", "源yuán", "坑kēng", "埠bù", "垟yáng", "岙ào", "泉quán", "屿yǔ", "坡pō", "川chuān", "畈fàn", "渚zhǔ", "坞wù", "港gǎng", "山shān", "河hé", "林lín", "坂bǎn", "堰yàn", "阳yáng", "坊fāng", "口kǒu", "潭tán", "滩tān", "园yuán", "岗gǎng"]  # fmt: skip
COUNTIES = (
    ("望澜区", "Wanglan District", "urban"), ("清渚区", "Qingzhu District", "urban"), ("海棠县", "Haitang County", "rural"),
    ("云溪县", "Yunxi County", "rural"), ("石湾县", "Shiwan County", "rural"), ("松岭县", "Songling County", "rural"),
    ("沙洲县", "Shazhou County", "rural"), ("白鹭县", "Bailu County", "rural"), ("南浦县", "Nanpu County", "rural"),
    ("安和县", "Anhe County", "rural"), ("桃川县", "Taochuan County", "rural"),
)  # fmt: skip
SURNAMES = "陈林黄张吴李王郑蔡刘许杨谢徐周叶曾苏朱何卢方邱江潘罗丁章沈程汪范石姚薛侯白贺龚钱"
GIVEN = ["建国", "志强", "海燕", "秀英", "丽华", "晓东", "伟明", "美玲", "国平", "小兰", "春生", "玉珍", "文斌", "雪梅", "永福", "金凤", "家豪", "佳怡", "俊杰", "欣然", "立新", "爱民", "思远", "雨桐", "明亮", "凤英", "水根", "阿香", "长青", "少华", "庆丰", "月娥", "瑞安", "素珍", "振宇", "慧敏", "宏伟", "巧云", "学军", "静怡", "德福", "兰芳", "子涵", "浩然", "宝山", "秋菊", "天成", "彩霞", "一鸣", "若溪"]  # fmt: skip
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ", "aaaaeeeeiiiioooouuuuvvvv")


@dataclass(frozen=True)
class PlaceName:
    """A place name without its ending (镇, 村)."""

    zh: str
    en: str


def place_names(chance: Generator, count: int) -> list[PlaceName]:
    """Different place names of two characters, in random order; at most 1,296."""
    pairs = [(one, two) for one in FIRST for two in SECOND]
    order = chance.permutation(len(pairs))[:count]
    return [_name(*pairs[int(at)]) for at in order]


def person_name(chance: Generator) -> str:
    """An invented person."""
    return str(chance.choice(list(SURNAMES))) + str(chance.choice(GIVEN))


def phone(chance: Generator) -> str:
    """A number in a range that is given to nobody (the third digit of a mobile number is never 0)."""
    return f"130{int(chance.integers(0, 10**8)):08d}"


def _name(first: str, second: str) -> PlaceName:
    en = (first[1:] + second[1:]).translate(_TONES)
    return PlaceName(first[0] + second[0], en.capitalize())
