"""Agreement with ngspice over a folder of decks: each deck by our own engine and by ngspice, one row of a table a deck.

decks         the decks of a folder
question      what one deck asks for: its analyses, each with one card, at tolerances that both programs are given
tolerances    how far apart two answers may be, and how exactly both are made
reference     ngspice's answer to a question, its steps finer each time one asks again
frozen        switches as resistors, where ngspice has them wrong
gap           the worst difference of two answers: of values, of phasors; over_time of waveforms
examination   one deck: read, asked, answered twice, judged
row           what is said of a deck, and the table of all as CSV
isolation     a deck in a process of its own, which may crash or take too long
campaign      all decks of a folder: what is known already is kept, the table is written after every deck
"""
