from collectors.images import MOST_A_POST, MOST_A_VISIT, MOST_FAILURES, SECONDS_A_VISIT, Pictures, PictureWords
from domain.errors import Unreachable
from domain.posts import Media, Post, PostKind
from tests.fakes.http import FakeHttp, answer
from tests.fakes.pictures import PNG, FakePictureReader

SITE = "https://pictures.example"


def image(number, alt=""):
    return Media("image", alt, f"{SITE}/{number}.png")


def post(*media):
    return Post("1", f"{SITE}/1", PostKind.POST, "A post.", media=media)


def looking(numbers, faults=(), monotonic=lambda: 0.0):
    script = {f"{SITE}/{n}.png": answer(PNG + bytes([n])) for n in numbers}
    script |= {f"{SITE}/{n}.png": Unreachable() for n in faults}
    http = FakeHttp(script)
    reader = FakePictureReader({PNG + bytes([n]): f"Words {n}" for n in numbers})
    return Pictures(http, reader, monotonic=monotonic), http


def test_each_picture_is_read_once_and_its_words_stand_where_it_stands():
    pictures, http = looking([1, 2])

    seen = pictures.of(post(image(1, "A card"), Media("video", "", f"{SITE}/film.mp4"), image(2), image(1)))

    assert seen == PictureWords(("Words 1", "", "Words 2", "Words 1"), 0)
    assert http.urls == [f"{SITE}/1.png", f"{SITE}/2.png"]
    assert all(asked.robots for asked in http.requests)


def test_a_picture_that_cannot_be_fetched_is_counted_and_the_others_are_read():
    pictures, _ = looking([2], faults=[1])

    assert pictures.of(post(image(1), image(2))) == PictureWords(("", "Words 2"), 1)


def test_pictures_of_a_post_and_of_a_visit_are_bounded():
    pictures, http = looking(range(40))

    first = pictures.of(post(*(image(n) for n in range(MOST_A_POST + 2))))
    later = [pictures.of(post(image(n))) for n in range(20, 40)]

    assert first.missed == 2
    assert len(http.requests) == MOST_A_VISIT
    assert sum(seen.missed for seen in later) == 20 - (MOST_A_VISIT - MOST_A_POST)


def test_after_some_failures_in_a_row_the_rest_is_not_asked_for():
    pictures, http = looking([9], faults=range(8))

    seen = pictures.of(post(*(image(n) for n in (0, 1, 2, 9))))

    assert seen.missed == 4
    assert len(http.requests) == MOST_FAILURES


def test_the_time_of_a_visit_is_bounded():
    times = iter([0.0, 1.0, SECONDS_A_VISIT])
    pictures, _ = looking([1, 2], monotonic=lambda: next(times))

    assert pictures.of(post(image(1), image(2))) == PictureWords(("Words 1", ""), 1)
