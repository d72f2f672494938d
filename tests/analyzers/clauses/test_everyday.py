"""Everyday words that look like a clause's words: none of them is a matter of clauses 1, 3, 4, 5 or 6."""

import pytest

from analyzers.score import score
from domain.findings import Clause
from domain.posts import ParentAuthor
from tests.fakes.packets import from_practice, packet, reply

POSTS = """
That was a great joke, still laughing
Shout out to my Tuesday running group, you are the best
A kid I saw at the park is now my hero, ran the whole hill
She's the only one who knows where the stapler lives
I tell all my clients to drink water and go outside, it is not glamorous
I tell my clients to be kind to themselves
Let the rest of us out, the elevator is stuck
I joined the team at the food bank and partnering with them is fun
Coffee keeps the lights on around here
Everything I forgot comes back to me at 3am
Kids up to five ride free at the fair this weekend
Send grandma a birthday card, trust me
Email me your resume and I'll proofread it, happy to help new grads
You don't need therapy to deserve rest
You don't need a diagnosis to ask for help
Most anxiety is a normal part of being alive
Most grief is love with nowhere to go
Therapy first, snacks always
the kids be like mom look at this bug
Anxiety season is here, finals week and all
Hoarders season 4 is on and I have opinions
Narcissists love an audience, says every book on the shelf
i told everyone the pie was homemade. it wasn't
Voted, then pancakes. My kid wore three stickers.
See you Thursday, same place! (the farmers market, I will have the peaches)
Yes I take requests for the playlist, message me your song
Thank you for five years at this desk, the fern thanks you too
Our office is moving the ficus, everyone is furious with me
We take turns with the dishes, I offer to wash
The dose makes the poison, says my chemistry teacher husband
My new course of antibiotics is a joy, said nobody
I know where you can park free on Elm St, by the library
The director of the play is a genius and a menace
I don't treat this page as a clinic, friends
I can't work with glitter. Don't ask.
As a counselor I can tell you that parking is the real crisis
Dr. Seuss says everyone is welcome, and so do we
My supervisor says we all need more sleep
That senator is on TV again and my cat is asleep on the remote
DM me if you want the soup recipe, I'll tell you which beans
Tell me how it goes at the science fair, tiny nephew
Wednesday is yours, Monday is mine, the dog gets the weekend
I used to work at Larkspur Bend and learned everything there
Starting at Larkspur Bend in June, so excited!
Anyone with anxiety about bread should know that flat loaves taste the same
Leave a review of the new bakery, they deserve it
Two previous therapists in my family and we still argue about the dishes
You are such a good clown at parties, said my niece
Nobody needs pills that big
Yes, I'd stop for coffee too
We don't take ourselves too seriously at the office bake sale
We take insurance paperwork personally around here, said the printer
The form goes straight to my heart
On behalf of procrastinators everywhere, we will organise tomorrow
Here at Larkspur Bend the coffee is strong and the chairs are soft
Larkspur Bend is closing in on ten years, congrats to my coworkers
My avatar is a potato and I stand by it
Larkspur Bend opens late on Mondays and I use it to run
I moved you to the top of my reading list, dear book
I no longer work at Larkspur Bend, so please call them, not me
Find me at the Larkspur Bend table at the health fair on Saturday
Teens, if school feels heavy, talk to someone you trust. 988 is there.
Panic feels like dying and is not. Slow breathing helps many people.
If you take lithium, keep drinking water in the heat and ask your prescriber
What I tell new parents: sleep when you can, ask for help
Stop scrolling. Drink water. Call your sister.
A client asked me once if I ever get tired. I do. That's all.
Homework for therapists: take the walk
You can say no to your mother. You can also say yes.
My husband and I are doing date night on Thursday, same place as ever
The word crazy has a history, and it's worth knowing
Call the slur what it is and move on
My brother is an idiot and I love him
What a clown car of a week
Traffic was a nightmare and the guy in the truck is a moron
Strong words from the panel: 'you are a fraud if you skip consent'
That villain is such a creep, great acting
I'm going to kill him, he ate my lunch
The board will pull your license for that, it says so in rule 4
People with borderline personality disorder deserve better words
Someone should run over to the bakery before noon
Couch is comfy, clinic dog is asleep, session notes are done
Loved the new planner from the corner shop, the paper is thick
I bought the weighted blanket. It is warm. The end.
Best tacos in Tulsa, fight me
Register for the free county parenting night at the library
Order your textbooks early, students
Try the breathing exercise from the VA's free app
Subscribe to the state board's mailing list for rule changes
My workbook draft is 200 pages and my dog ate one
I read five stars and a review of that film, both wrong
Proud of our practice for five years of the food drive
We're hiring a counselor at Larkspur Bend, apply on the website
I support the levy and so does my dog
Our team believes in coffee
The clinic supports local farmers with a box on Fridays
In my professional opinion the muffins are dry
As a therapist I hate open-plan offices
He's so OCD is not a thing we say
Mania is more than a good mood, and here's what the studies say
Screens and sleep: what the evidence says and what it doesn't
I don't do mornings. Others will.
I won't see that movie again
I can't take on new people until March, the directory is on our site
Not accepting new clients right now, waitlist is open
Everyone at Larkspur Bend is going to the lake Saturday
The mayor was at the ribbon cutting, and the mic had feedback
My governor is a spreadsheet
Addicts in recovery taught me more than school did
Kids be kids
Medicaid families deserve evening hours too
""".strip().splitlines()
REPLIES = [
    ("If the copay is hard, call the office and we'll work something out.", "my insurance changed and i can't pay"),
    ("That was a brilliant joke.", "here's one about a duck"),
    ("Yes, absolutely, take the week off!", "should i take the beach trip in may?"),
    ("I saw where your kids play now, what a lovely park!", "we moved to elm st"),
    ("Try the lemon one, it's the best.", "which cake should i get for my son's party?"),
    ("Congratulations, see you Saturday at the wedding!", "we are engaged!!"),
    ("Thanks, that means a lot.", "your talk at the library was great"),
    ("Again, that is not what the recipe says, Kevin.", "i used salt"),
    ("Same time next week for trivia?", "we lost by one point"),
    ("Good luck, tell me how it goes!", "first marathon tomorrow, so nervous"),
    ("We take turns, and the cat wins.", "who does dishes at your place?"),
    ("Wear layers and drink water, you'll be great.", "my first 10k is on sunday and i'm scared"),
    ("Thank you so much!", "best keynote of the conference, thanks to you i finally get it"),
    ("Absolutely, go ahead!", "can i share your post with my class?"),
    ("Yes, the app is free.", "do i need insurance for this?"),
    ("Get some rest, friend.", "long shift, feet hurt"),
    ("Take the I-40 exit and keep left.", "how do i get to the fair with my kid?"),
    ("You should try the soup.", "lunch ideas? i'm tired of sandwiches"),
    ("I'd start with chapter 3.", "which of your posts should i read first, new to this"),
    ("Nope, still raining.", "is it dry yet?"),
    ("For the fourth time this week I agree with you, Sam.", "tea beats coffee"),
    ("Your little garden is lovely.", "first tomatoes!"),
    ("Sorry for your loss. She was a wonderful teacher.", "my mom's service is saturday"),
    ("You're a legend and a rock star.", "finished my hours!!"),
    ("We take it seriously, please call our office manager at 555-0142.", "your billing is a mess"),
    ("Happy birthday! Drinks on Saturday?", "40 today, how did that happen"),
    ("Please call the office, we can't schedule here.", "can i get in this week?"),
]
TO_CLIENTS = [
    ("Thank you! We can't discuss anyone's care here.", "because of you i sleep again"),
    ("Thank you for the feedback, please call our office at 555-0142.", "waited an hour"),
    ("Thanks for the stars!", "five stars, great parking"),
    ("Maybe if you call the desk they can help.", "nobody answers my mail"),
    ("The desk opens at nine.", "when are you open"),
]
BY_PRACTICE = [
    "We're closed Monday so everyone can vote. Polls are open till eight.",
    "We believe everyone deserves care. Call our intake line.",
    "New openings on Tuesdays: call the front desk or book on our site.",
]
EVERYDAY = [
    *(packet(text) for text in POSTS),
    *(reply(*pair) for pair in REPLIES),
    *(reply(*pair, ParentAuthor.CLIENT_UNKNOWN) for pair in TO_CLIENTS),
    *(from_practice(text) for text in BY_PRACTICE),
]


@pytest.mark.parametrize("post", EVERYDAY, ids=lambda post: post.text[:40])
def test_everyday_words_are_left_alone(post):
    found = {finding.clause for finding in score(post).findings} - {Clause.CONFIDENTIALITY}
    assert found == set()
