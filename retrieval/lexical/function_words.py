"""Function and question words by ISO 639-1 code: a text's language shows in them.

Our own short table. The lists on the package index (stop-words, stopwords-iso) hold content words
too (Indonesian "bekerja", to work; English "billion"), and a question must not lose those.
"""

from __future__ import annotations

from functools import lru_cache

# Written as in running text, folded to small letters. Words of one language that another writes
# alike are fine: each counts for its share.
_TABLE = {
    "en": """a about an and any are as at be been being but by can could did do does for from had
        has have how he her his if in into is it its many me much of on or our shall she should so
        than that the their them then there these they this those to was we were what when where
        which who whom whose why will with would you your please tell say says said according
        document yes no not""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber nicht kein keine
        ist sind war waren wird werden wurde wurden hat haben hatte hatten von vom zu zum zur in im
        an am auf aus bei beim mit nach für über unter durch gegen um als wie was wer wen wem wessen
        wann wo woher wohin warum wieso welche welcher welches welchen welchem wieviel viel viele
        es er sie sich man ihr ihre ihrer sein seine seiner auch nur noch dass daß wenn ob gibt gab
        können kann bitte laut dokument""",
    "fr": """le la les l' un une des du de d' au aux et ou mais ne pas est sont était étaient sera
        ont avait avaient été être dans sur sous par pour avec sans chez entre vers que qu' qui quoi
        quel quelle quels quelles quand où comment combien pourquoi ce cet cette ces c' s' se son sa
        ses leur leurs il elle ils elles on y en plus à a selon lequel laquelle dont est-ce""",
    "es": """el la los las un una unos unas de del al y o u pero no es son era eran fue fueron ser
        está están ha han había en por para con sin sobre entre desde hasta que qué quién quiénes
        cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas se su sus lo le les este esta
        estos estas ese esa como más a según cual quien donde cuando""",
    "pt": """o a os as um uma uns umas de do da dos das no na nos nas ao aos à às pelo pela pelos
        pelas e ou mas não é são era eram foi foram ser está estão tem têm tinha em por para com sem
        sobre entre desde até que quê quem qual quais quando onde como quanto quanta quantos quantas
        se seu sua seus suas este esta esse essa isto mais segundo""",
    "it": """il lo la i gli le l' un uno una di del dello della dei degli delle dell' da dal dalla
        dai al allo alla ai agli alle all' nel nello nella nei nelle nell' sul sulla sui e ed o ma
        non è sono era erano fu furono essere ha hanno aveva in per con su tra fra che chi cosa cos'
        quale quali qual quando dove come quanto quanta quanti quante perché si suo sua suoi questo
        questa più secondo viene""",
    "nl": """de het een en of maar niet geen is zijn was waren wordt worden werd werden heeft hebben
        had van voor in op aan bij met naar uit over onder door tegen om als hoe wat wie wanneer
        waar waarom welke welk hoeveel er die dat deze dit zich hij zij ze hun haar ook nog te ten
        ter tot volgens""",
    "sv": """en ett och eller men inte är var vara blev blir har hade av för i på till från med om
        under över vid genom mot som hur vad vem vilka vilken vilket när var varför många mycket den
        det de denna detta sig han hon sin sitt sina ska att enligt vems""",
    "da": """en et og eller men ikke er var være blev bliver har havde af for i på til fra med om
        under over ved gennem mod som hvor hvad hvem hvilke hvilken hvilket hvornår hvorfor mange
        meget den det de denne dette sig han hun sin sit sine skal at ifølge hvis""",
    "no": """en et ei og eller men ikke er var være ble blir har hadde av for i på til fra med om
        under over ved gjennom mot som hvor hva hvem hvilke hvilken hvilket når hvorfor mange mye
        den det de denne dette seg han hun sin sitt sine skal å at ifølge""",
    "fi": """ja tai mutta ei on oli ovat olivat ole olla että joka jotka jonka mikä mitkä minkä mitä
        kuka ketkä kenen milloin missä mistä mihin miksi miten kuinka monta paljonko paljon millä
        se ne sen niiden hän he tämä nämä myös kun kuin sekä mukaan minä vuonna montako""",
    "pl": """i w we z ze na do od po za o u przez dla przy pod nad oraz lub ale nie jest są był była
        było były być został została zostało ma mają się to ten ta te tego tej tych że jak co czego
        kto kogo kiedy gdzie skąd dlaczego ile który która które którzy którego której jaki jaka
        jakie jakiego czy ich jego jej także według""",
    "cs": """a v ve z ze na do od po za o u pro při pod nad nebo ale ne není je jsou byl byla bylo
        byly být má mají se si to ten ta ty toho že jak co čeho kdo koho kdy kde odkud proč kolik
        který která které kteří kterého jaký jaká jaké jich jeho její také podle čím komu""",
    "sk": """a v vo z zo na do od po za o u pre pri pod nad alebo ale nie je sú bol bola bolo boli
        byť má majú sa si to ten tá tie toho že ako čo čoho kto koho kedy kde odkiaľ prečo koľko
        ktorý ktorá ktoré ktorí aký aká aké ich jeho jej tiež podľa""",
    "hu": """a az egy és vagy de nem van vannak volt voltak lesz hogy ami aki amely mi mit mik ki
        kit kik mikor hol honnan hová miért hogyan hány mennyi melyik milyen meg el is csak még már
        ez ezt ezek azt annak szerint után által mely kinek minek""",
    "ro": """și sau dar nu este sunt era erau fost fi a al ai ale au avea de din la în pe cu pentru
        prin despre după între spre care ce cine când unde cum cât câtă câți câte cărui căror cui se
        să un o unei unui lui lor sa său acest această aceste mai ca că potrivit""",
    "hr": """i u na za od do po s sa iz ili ali ne nije je su bio bila bilo bili biti se da što tko
        ko kada kad gdje gde zašto kako koliko koji koja koje kojeg kojem čiji šta te to taj ta
        njegov njezin također prema""",
    "tr": """ve veya ya da de ile için bir bu şu o mi mı mu mü ne neyi neler kim kimin kimi nerede
        nereye nereden nedir kimdir neden niçin nasıl hangi hangisi kaç kadar zaman olan olarak oldu
        olduğu ise gibi daha en çok göre vardı var değil ama ki sonra""",
    "id": """yang dan atau tetapi tidak adalah ialah di ke dari pada untuk dengan oleh dalam antara
        ini itu apa apakah siapa kapan mana dimana bagaimana berapa mengapa kenapa para akan telah
        sudah sebagai bahwa juga menurut saja ada tersebut""",
    "ms": """yang dan atau tetapi tidak ialah di ke daripada pada untuk dengan oleh
        dalam antara ini itu apa apakah siapa siapakah bila bilakah mana bagaimana berapa berapakah
        mengapa para akan telah sebagai bahawa juga mengikut kepada""",
    "tl": """ang ng mga sa na ay at o ngunit hindi si ni kay sino ano kailan saan paano bakit ilan
        alin magkano gaano ito iyon nito niya nila siya sila may mayroon kung para ayon""",
    "vi": """và hoặc nhưng không là của các những cho với trong ngoài trên dưới từ đến tại bởi được
        bị có đã đang sẽ thì mà này đó khi nào gì ai đâu sao bao nhiêu mấy thế như một ở do theo
        người ta vào việc về vì rằng cũng""",
    "sw": """na ya wa kwa ni katika la za cha vya si au lakini nani nini lini wapi vipi gani ngapi
        kwamba hii huu hiyo hilo hizo alikuwa walikuwa kama pia""",
    "ru": """и в во на с со к ко о об от до по за из у под над при для без через или но не ни это
        этот эта эти этого был была было были быть есть является что чего чему чем кто кого кому кем
        чей когда где куда откуда почему зачем как сколько какой какая какое какие какого каком
        каким какую каких который которая которое которые которого которой ли же бы его её их он она
        они также согласно""",
    "uk": """і й та у в на з із зі до від по за про для без через під над при або але не ні це цей
        ця ці цього був була було були бути є що чого чому чим хто кого кому ким коли де куди звідки
        навіщо як скільки який яка яке які якого якої якому якій яку яких яким чи ж би його її їх
        він вона вони також згідно""",
    "bg": """и в във на с със към от до по за из под над при или но не ни това този тази тези беше
        бяха е са бъде има какво кой коя кое кои кого кога къде откъде защо как колко чий се си да
        ли го я ги му й им също според който която което които""",
    "sr": """и у на за од до по с са из или али не није је су био била било били бити се да што шта
        ко када кад где зашто како колико који која које којег чији те то тај та његов такође
        према""",
    "el": """ο η το οι τα του της των τον την τους τις ένας μια μία ένα και ή αλλά δεν μη είναι ήταν
        έχει έχουν είχε σε στο στη στην στον στα στους στις από με για κατά μετά προς που πού πώς
        πότε ποιος ποια ποιο ποιοι ποιες ποιον ποιου τι πόσο πόσα πόσοι πόσες πόση γιατί θα να ως
        αυτό αυτή αυτός σύμφωνα ποιός ποιά ποιό ποιό""",
    "ar": """في من إلى على عن مع بين بعد قبل عند منذ حتى ما ماذا متى أين كيف كم لماذا هل أي أية
        الذي التي الذين هو هي هم هذا هذه ذلك تلك كان كانت كانوا يكون تكون قد لقد أن إن أو ثم لا لم
        لن ليس ليست غير كل بعض التى اي و مَن وفقا حول خلال""",
    "fa": """در از به با را که و یا این آن است بود بودند شد شدند شده می نمی های ها برای تا بر چه چی
        چیست کیست کی کجا کجاست چرا چگونه چند چقدر کدام آیا هر هم نیز یک اما ولی نیست دارد دارند
        داشت چطور چه‌کسی کسی وقت زمانی طبق""",
    "ur": """کا کی کے میں سے کو نے پر اور یا یہ وہ ہے ہیں تھا تھی تھے ہوا ہوئی ہوئے گیا گئی گئے کیا
        کون کس کب کہاں کیوں کیسے کتنا کتنی کتنے کونسا کونسی جو تک بھی نہیں ایک اس ان لیے مطابق""",
    "hi": """का की के में से को ने पर और या यह वह ये वे है हैं था थी थे हुआ हुई हुए गया गई गए क्या
        कौन किस किसने किसे किसका किसकी कब कहाँ कहां क्यों कैसे कितना कितनी कितने कौनसा कौनसी जो तक
        भी नहीं एक इस उस इन उन लिए द्वारा अनुसार किया कर साथ तो ही""",
    "mr": """आणि व किंवा पण नाही आहे आहेत होता होती होते काय कोण कोणी कोणत्या कोणता कोणती केव्हा
        कधी कुठे का कसे किती हा ही हे तो ती ते या त्या मध्ये साठी""",
    "ne": """र वा छ छन् थियो थिए हो हुन् के को कसले कहिले कहाँ किन कसरी कति कुन यो त्यो मा बाट लाई
        ले गर्न पनि""",
    "bn": """এবং ও বা কিন্তু না নয় হয় হল হয়েছিল ছিল ছিলেন আছে কি কী কে কার কাকে কখন কবে কোথায় কেন
        কীভাবে কিভাবে কত কতটা কতগুলি কোন এই সেই এটি তার তাদের থেকে জন্য সঙ্গে সাথে মধ্যে একটি যে
        করে দ্বারা""",
    "ta": """மற்றும் அல்லது ஒரு இந்த அந்த என்ன யார் எப்போது எங்கே ஏன் எப்படி எத்தனை எவ்வளவு எந்த
        இது அது என்று உள்ள""",
    "he": """של את על אל עם בין לא כן הוא היא הם הן זה זו זאת אלה היה הייתה היו יש אין או אבל גם כי
        אם מה מי מתי איפה היכן מאין לאן למה מדוע איך כיצד כמה איזה איזו אילו אשר כל לפי""",
    "yi": """דער די דאס און אדער אבער נישט איז זענען געווען פון צו אין אויף מיט פאר וואס ווער ווען
        וואו פארוואס ווי וויפל""",
    "hy": """և ու կամ բայց չէ է են էր էին ինչ ով երբ որտեղ ինչու ինչպես քանի որ որը այս այդ մի
        համար""",
}

# Scripts without spaces: what asks, cut out of a question before its characters are paired.
_ASKING = """
什么时候 什麼時候 为什么 為什麼 是什么 是什麼 什么 什麼 多少 哪些 哪个 哪個 哪里 哪裡 哪一
哪年 哪儿 何时 何時 怎么 怎麼 怎样 如何 请问 請問 是谁 是誰 谁 誰 吗 呢 嗎 いつ どこ だれ どれ
どの どのくらい どのように いくら いくつ なぜ 何ですか ですか ますか ましたか でしたか
でしょうか 何が 何を 何の とは 무엇 무엇입니까 누구 누가 언제 어디 어디서 어떻게 얼마 얼마나
어느 어떤 왜 몇 입니까 습니까 인가요 อะไร ใคร ที่ไหน เมื่อไหร่ เมื่อไร เมื่อใด เท่าไหร่ เท่าไร
เท่าใด อย่างไร ทำไม ใด หรือไม่ ไหน กี่ ຫຍັງ ໃຜ ໃສ ເມື່ອໃດ ເທົ່າໃດ ແນວໃດ ເປັນຫຍັງ អ្វី នរណា ណា
ពេលណា ប៉ុន្មាន ហេតុអ្វី យ៉ាងដូចម្តេច ဘာ ဘယ် ဘယ်သူ ဘယ်မှာ ဘယ်လောက် ဘယ်အချိန် ဘာကြောင့် လဲ
"""


@lru_cache(maxsize=1)
def by_language() -> dict[str, frozenset[str]]:
    """The function words of each language."""
    return {code: frozenset(words.split()) for code, words in _TABLE.items()}


@lru_cache(maxsize=1)
def votes() -> dict[str, tuple[tuple[str, float], ...]]:
    """What each word says for which languages: 1 in all, shared by those that write it."""
    found: dict[str, list[str]] = {}
    for code, words in by_language().items():
        for word in words:
            found.setdefault(word, []).append(code)
    return {word: tuple((c, 1 / len(codes)) for c in codes) for word, codes in found.items()}


@lru_cache(maxsize=1)
def asking() -> tuple[str, ...]:
    """Question words of scripts without spaces and of Korean, the longest first."""
    return tuple(sorted(_ASKING.split(), key=len, reverse=True))
