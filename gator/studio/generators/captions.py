"""The sentences of the template generator, and what it refuses to write about. Data only."""

# Every sentence works for one thing and for many: no verb has {theme} as its subject.
CAPTIONS: dict[str, tuple[str, ...]] = {
    "question": (
        "What got you into {theme}? My own first try was not pretty.",
        "Honest question about {theme}: what would you tell a beginner first?",
        "If you had one free afternoon for {theme}, where would you start?",
        "Which part of {theme} do you never get tired of? Mine changes every month.",
        "Morning or evening: when do you make time for {theme}?",
    ),
    "story": (
        "Two years ago I knew nothing about {theme}. Then a neighbour lent me an hour.",
        "Rain all morning, plans cancelled. So I went back to {theme} and lost track of time.",
        "I nearly gave up on {theme} last winter. One good Sunday changed my mind.",
        "My sister laughed when I started with {theme}. Yesterday she asked to come along.",
        "Found my old notes on {theme} today. Every page has a mistake I still make.",
    ),
    "tip": (
        "A small thing that helped me with {theme}: start before you feel ready, stop while it is fun.",
        "If {theme} feels like too much, halve the plan and keep the date.",
        "Ten minutes of {theme} on a weekday beat the perfect Saturday that never comes.",
        "Before you buy anything for {theme}, borrow it for a week.",
        "Write down one line after every hour of {theme}. You will thank yourself in a month.",
    ),
    "list": (
        "Three things I learned from {theme}:\n1. Slow is fine\n2. Cheap tools are fine\n3. Asking beats guessing",
        "My week of {theme}:\nMon: plan\nWed: try\nSat: start over, better",
        "What I bring along for {theme}:\n• time\n• a notebook\n• somebody who knows more than me",
        "Two mistakes I made with {theme}:\n1. Rushing\n2. Comparing\nStill working on the second.",
    ),
    "quote": (
        "“Do it badly, then do it again.” My grandmother meant bread. I mean {theme}.",
        "“You don't find time, you leave something out.” Best advice on {theme} I ever got.",
        "“Nobody is watching, so play.” A note above my desk, for days of {theme}.",
        "“Start where the light is.” My first teacher on {theme}, and on everything else.",
    ),
}
CLOSINGS: tuple[str, ...] = (
    "",
    "",
    "Tell me yours below.",
    "What am I missing?",
    "More on this tomorrow.",
    "Saved for a grey day.",
    "How is yours going?",
)
# Claims that platforms take down and that a persona must not make; a theme that holds one is refused.
REFUSED_THEMES: tuple[str, ...] = (
    "miracle cure",
    "get rich quick",
    "guaranteed profit",
    "guaranteed returns",
    "lose weight fast",
    "free followers",
    "online casino",
    "weapons for sale",
)
