# The page that the demo service compresses for each request: 64 KiB of HTML made of invented words, the same bytes on
# every machine (a linear congruential generator of its own; rand() differs between awks).
function draw(below) {
    state = (state * 69069 + 1) % 4294967296
    return int(state / 4294967296 * below)
}
function syllable() {
    return substr("bdfgklmnprstvz", draw(14) + 1, 1) substr("aeiou", draw(5) + 1, 1)
}
BEGIN {
    state = 20240229
    for (i = 0; i < 500; i++) {
        word[i] = ""
        for (n = draw(3) + 1; n > 0; n--) word[i] = word[i] syllable()
        if (draw(2)) word[i] = word[i] substr("nrstlm", draw(6) + 1, 1)
    }
    page = "<!doctype html>\n<title>word salad</title>\n<p>"
    while (length(page) < 65536 - 8) {
        # The smaller of two draws: early words are more frequent, as in real text.
        a = draw(500); b = draw(500)
        page = page word[a < b ? a : b] (draw(12) ? " " : (draw(6) ? ". " : ".\n<p>"))
    }
    printf "%s</p>\n", substr(page, 1, 65536 - 5)
}
