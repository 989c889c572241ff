"""What people, bots and AI personas write under a post: templates with slots.

Fans write fire emoji, short praise and the word "check" too: innocent text that a naive rule would punish.
"""

from __future__ import annotations

import random

from engagement.sandbox import vocabulary

SECOND_SENTENCE_RATIO = 0.35

_ANYONE = (
    "{wow} {emoji}",
    "🔥🔥🔥",
    "{emoji}{emoji}{emoji}",
    "love this {emoji}",
    "Love it!",
    "so true",
    "Needed this, {thanks}",
    "This {feel} {emoji}",
    "{who} sent me this and it {feel}",
    "saving this for {when}",
    "Showing this to {who} {when}",
    "I keep coming back to this one {emoji}",
    "how do you always find the time?? {emoji}",
    "honestly this {feel}",
    "not what I expected, but I like it",
    "first time commenting, {thanks} for everything you post",
    "Disagree a little here, but {thanks} for the honesty",
    "more of this please {emoji}",
    "Where is this? {emoji}",
    "I will check this out {when}, {thanks}",
    "haha {who} would never {emoji}",
    "great one {emoji}",
    "nice!!",
    "Greetings from {city} {emoji}",
    "Been following since last year and this {feel}",
    "ok I'm doing this {when}",
    "is there a longer version of this somewhere?",
    "the second part {feel} {emoji}",
    "{wow}, {thanks} {emoji}",
)

_FANS = {
    "maya": (
        "We had {food} near {place} and still talk about it {emoji}",
        "Going to {city} {when}, any tips for {food}?",
        "can someone check if {place} is open on Mondays?",
        "{place} looks nothing like when I was there in 2012",
        "my grandmother made {food} just like this {emoji}",
        "Is {place} doable with a pram?",
        "I prefer {food} in {city}, sorry {emoji}",
        "how much was {food}? prices went mad in {city}",
        "That light at {place}... {emoji}",
        "Booked the train to {city} because of you",
        "{food} {emoji}{emoji}",
    ),
    "theo": (
        "{move} killed my {body} {emoji}",
        "Can you check my form on {move} if I send a clip?",
        "day 12 and my {body} thank you",
        "Any swap for {move}? bad {body} here",
        "did this with {who}, we are both on the floor {emoji}",
        "how many rounds of {move} for a beginner?",
        "{move} at 6am before work, done {emoji}",
        "my physio said the same about {body}",
        "I skip {move} and feel no shame",
        "what weight do you use for {move}?",
        "{body} are gone, stairs are cancelled {emoji}",
    ),
    "lina": (
        "{thing} {emoji}{emoji}",
        "Where is {thing} from? Need it for my {room}",
        "tried this in my {room} and it works!",
        "I should check if {thing} fits my {room} {emoji}",
        "{thing} would look odd in my {room} but wow",
        "how do you keep {thing} clean with a cat around?",
        "what paint is that? My {room} needs it {when}",
        "{who} says no to {thing}, I say yes {emoji}",
        "small {room} people unite {emoji}",
        "is {thing} second hand? such a find",
        "we painted the {room} {when} because of your last post",
    ),
}

_BURSTS = (
    "check my profile {fire}",
    "Check out my profile {fire} you won't regret it",
    "DM me to get featured {fire}",
    "DM @{handle} for a collab {fire}",
    "I gained 10k followers in a week, link in my bio {fire}",
    "free followers -> http://{handle}.example {fire}",
    "text me on whatsapp +1 555 01{digits} for daily profit {fire}",
    "I made $4,{digits} with crypto thanks to @{handle} {fire}",
    "follow me and I follow back {fire} check my page",
)

_BACKGROUND = (
    "Nice post! Send it to @{handle}",
    "hello dear, you look amazing, write me on whatsapp +1 555 01{digits}",
    "Invest $500 and get $5,{digits} in 24 hours, ask @{handle}",
    "Promote it on @{handle}",
    "check my profile",
    "I sell the same cheaper, see my page",
    "great content! DM us, we have an offer for you",
    "My trader @{handle} changed my life, crypto is the future",
    "hot deals http://{handle}.example",
)

_MACHINES = (
    "What a wonderful take on {theme}. Moments like these remind us why it matters ✨",
    "This captures the spirit of {theme} so well! Which part did you enjoy most?",
    "Such an inspiring post, thank you for sharing your perspective on {theme} 💫",
    "Absolutely love the attention to detail here. {theme} at its finest!",
    "As someone who lives for new ideas, I find this take on {theme} truly refreshing 🌿",
    "Beautifully put! It is the small things that make {theme} special.",
)


def genuine(rng: random.Random, persona: str) -> str:
    """One sentence, at times two: people vary more than machines."""
    sentence = _sentence(rng, persona)
    if rng.random() < SECOND_SENTENCE_RATIO:
        sentence = f"{sentence}{rng.choice(('. ', ' ', '... ', ', ', ' - '))}{_sentence(rng, persona)}"
    return sentence if rng.random() < 0.4 else sentence[:1].upper() + sentence[1:]


def _sentence(rng: random.Random, persona: str) -> str:
    template = rng.choice(_FANS[persona] if rng.random() < 0.55 else _ANYONE)
    chosen = {slot: rng.choice(words) for slot, words in vocabulary.SLOTS.items()}
    return template.format(**chosen).strip() or "❤️"


def burst(rng: random.Random, count: int) -> list[str]:
    """Near-identical texts: one template, one promoted handle, only the decoration differs."""
    template, handle, digits = rng.choice(_BURSTS), _promoted(rng), str(rng.randrange(100, 999))
    return [
        _decorated(rng, template.format(fire="🔥" * rng.choice((3, 3, 3, 4)), handle=handle, digits=digits))
        for _ in range(count)
    ]


def background(rng: random.Random) -> str:
    return rng.choice(_BACKGROUND).format(handle=_promoted(rng), digits=rng.randrange(100, 999))


def machine(rng: random.Random, theme: str) -> str:
    return rng.choice(_MACHINES).format(theme=theme)


def _promoted(rng: random.Random) -> str:
    return f"{rng.choice(vocabulary.BOT_WORDS)}_{rng.choice(vocabulary.BOT_WORDS)}{rng.randrange(10, 99)}"


def _decorated(rng: random.Random, sentence: str) -> str:
    return rng.choice((sentence, sentence, f"{sentence}!", f"{sentence} ", sentence.capitalize(), f"{sentence} 💯"))
