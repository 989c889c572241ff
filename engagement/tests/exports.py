"""Exports as people download them, after public descriptions of their columns. Ids and numbers are invented."""

import codecs

INSTAGRAM_HEADER = (
    "Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,Permalink,Post type,"
    "Data comment,Date,Views,Reach,Likes,Shares,Follows,Comments,Saves"
)
INSTAGRAM = (
    codecs.BOM_UTF8
    + (
        f"{INSTAGRAM_HEADER}\n"
        '17901234567890123,17841400000000001,mae.afterhours,Mae,"Late, ""again""\n#night",12,07/14/2026 22:30,'
        "https://www.instagram.com/reel/Cabc123/,IG reel,,Lifetime,1.2K,950,88,7,3,12,9\n"
        "17901234567890124,17841400000000001,mae.afterhours,Mae,Still here,0,07/15/2026 09:05,"
        'https://www.instagram.com/p/Cdef456/,IG carousel,,Lifetime,"12,400",--,,0,,1,2\n'
    ).encode()
)

FACEBOOK_HEADER = (
    "Post ID|Page ID|Page name|Title|Description|Duration (sec)|Publish time|Caption type|Permalink|Is crosspost|"
    "Is share|Post type|Languages|Custom labels|Funded content status|Data comment|Date|Views|Views from Organic posts|"
    'Reach|"Reactions, comments and shares"|Reactions|Comments|Shares|Total clicks|Link clicks|Other clicks|'
    "Seconds viewed|Average Seconds viewed|3-Second Video Views|1-Minute Video Views|"
    "Negative feedback from users: Hide all|Estimated earnings (USD)"
).replace("|", ",")
FACEBOOK = (
    codecs.BOM_UTF8
    + (
        f"{FACEBOOK_HEADER}\n"
        '122158000000000017,44,Mae,Short…,"Short and then long, #kite",31,07/14/2026 10:00,,'
        "https://www.facebook.com/44/posts/122158000000000017,0,0,Videos,,,,,Lifetime,900,700,800,66,50,10,6,40,4,36,"
        "1234,6.1,300,20,1,0.00\n"
    ).encode()
)

X = (
    b"Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Replies,Reposts,"
    b"Profile visits,Detail Expands,URL Clicks,Hashtag Clicks,Permalink Clicks\n"
    b'1212092628029698048,"Tue, Dec 31, 2019",Hi,https://x.com/mae/status/1212092628029698048,90,3,20,2,8,1,4,5,6,7,9,0,0\n'
)
OLD_X = (
    b"Tweet id,Tweet permalink,Tweet text,time,impressions,engagements,engagement rate,retweets,replies,likes,"
    b"user profile clicks,url clicks,hashtag clicks,detail expands,permalink clicks,app opens\n"
    b"1652959264000000000,https://twitter.com/mae/status/1652959264000000000,Hi,2023-05-01 08:30 +0000,90.0,9.0,0.1,"
    b"5.0,4.0,3.0,6.0,2.0,0,1,0,0\n"
)

TIKTOK_HEADER = (
    "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views,Total play time,"
    "Average watch time,Watched full video,Add to favorites"
)
TIKTOK = (
    f"{TIKTOK_HEADER}\n"
    '2026-07-20,"Hi, #kite",https://www.tiktok.com/@mae/video/7301000000000000001,July 14,3,1,0,1.2K,0h:17m:32s,6.1s,'
    "0.125,2\n"
    "2026-07-20,Again,https://www.tiktok.com/@mae/video/7301000000000000002,07-15 18:30,--,1,undefined,40,62,1:02,"
    "0.4,\n"
).encode()

SERIES = codecs.BOM_UTF16_LE + (
    'sep=,\r\n"Views"\r\n"Date","Primary"\r\n"2026-08-22T00:00:00","8226"\r\n"2026-08-23T00:00:00","12"\r\n'
).encode("utf-16-le")

CONTENT = {
    "meta_instagram": INSTAGRAM,
    "meta_facebook": FACEBOOK,
    "x_analytics": X,
    "x_analytics_old": OLD_X,
    "tiktok_studio": TIKTOK,
}
OTHERS = {
    "a daily series of Meta Business Suite": SERIES,
    "the audience of Meta Business Suite": codecs.BOM_UTF16_LE
    + 'sep=,\r\n"Age & gender"\r\n"","Women","Men"\r\n"18-24","1%","2%"\r\n\r\n"Top cities"\r\n'.encode("utf-16-le"),
    "the account overview of X analytics, a row per day": (
        b"Date,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Unfollows,Replies,Reposts,Profile visits,"
        b'Create Post,Video views,Media views\n"Tue, Jul 14, 2026",9,1,2,0,0,0,0,0,0,0,1,0,0\n'
    ),
    "the video overview of X analytics, a row per day": (
        b"Video\nDate,Views,Watch Time (ms),Completion Rate,Average Watch Time (ms),Estimated Revenue\n"
        b'"Tue, Jul 14, 2026",9,100,0.1,11,0\n'
    ),
    "the overview of TikTok Studio, a row per day": (
        b"Date,Video Views,Profile Views,Likes,Comments,Shares\nOctober 1,9,1,-2,0,0\n"
    ),
    "the follower history of TikTok Studio, a row per day": (
        b"Date,Followers,Difference in followers from previous day\nOctober 1,undefined,undefined\n"
    ),
    "the viewers of TikTok Studio, a row per day": (
        b"Date,Total Viewers,New Viewers,Returning Viewers\nOctober 1,9,4,5\n"
    ),
    "the gender of followers of TikTok Studio": b"Gender,Distribution\nFemale,0.5\n",
    "the territories of followers of TikTok Studio": b"Top Territories,Distribution\nPT,0.5\n",
    "the activity of followers of TikTok Studio, a row per hour": b"Hour,Active followers\n0,12\n",
}
