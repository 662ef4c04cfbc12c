"""The small language in which runs are asked for: ``metric:"validation:auc" > 0.8 and param:lr < 0.01``.

problems     what is wrong with a question, with a caret
tree         a question, taken apart; printing it gives the question again
words        characters become words
parse        words become a tree
fields       what can be asked of a run
bare         a word that is no field is a parameter, or a metric, of the runs
match        a tree becomes a yes or no about a run
order        which run comes first
"""
