# ruff: noqa: RUF001 - other alphabets are what it is about
"""The months as people write them: a word for a month only where it means one in every language here."""

from __future__ import annotations

import unicodedata
from functools import cache

_SHORTENED = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janner feber maerz april mai juno julei august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago setiembre oct nov dic
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
januari februari mrt april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november desember
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
januari februari maret april mei juni juli agustus september oktober november desember
gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre
"""
"""Languages whose months are also written by their first three letters or more; accents do not count."""

_WHOLE = """
stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien
sty lut mar kwi maj cze lipc sie wrz paz lis gru
ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca
sijecanj veljaca ozujak travanj svibanj lipanj srpanj kolovoz rujan listopad studeni prosinac
sije velj ozu tra svi lip srp kol ruj lis stu pros
január február marcius aprilis majus junius julius augusztus szeptember oktober november december
ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
янв фев мар апр маи июн июл авг сен окт ноя дек
янв февр мар апр мая июн июл авг сент окт нояб дек
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου
ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ
"""


def month_of(word: str) -> int:
    """The number of the month that a word names, in whatever case and with or without its accents; 0 for any other word."""
    return _table().get(_plain(word), 0)


def _plain(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(letter))


@cache
def _table() -> dict[str, int]:
    """Every word, without those that mean one month here and another one there."""
    means: dict[str, set[int]] = {}
    for listed, shortest in ((_SHORTENED, 3), (_WHOLE, None)):
        for line in listed.split("\n"):
            for number, name in enumerate(map(_plain, line.split()), start=1):
                for end in range(min(shortest or len(name), len(name)), len(name) + 1):
                    means.setdefault(name[:end], set()).add(number)
    return {word: numbers.pop() for word, numbers in means.items() if len(numbers) == 1}
