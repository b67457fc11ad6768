; What Sonant adds to Festival: speaking tokens, and telling what became of them.

(define (sonant_row item)
  "(sonant_row ITEM)
An item and those that follow it."
  (if item (cons item (sonant_row (item.next item)))))

(define (sonant_append utt token)
  "(sonant_append UTT TOKEN)
Append a token, given as (NAME PUNCTUATION PHONES STRESSES), to an utterance."
  (let ((item (utt.relation.append utt 'Token)))
    (item.set_feat item "name" (car token))
    (item.set_feat item "punc" (cadr token))
    (item.set_feat item "whitespace" " ")
    (item.set_feat item "prepunctuation" "")))

(define (sonant_pronounce item token)
  "(sonant_pronounce ITEM TOKEN)
Have a token's word spoken with the phones that were given with it, if there are any. Its punctuation is a word, too."
  (let ((phones (car (cddr token))))
    (if phones (item.set_feat (car (item.daughters item)) "phonemes" (format nil "%l" phones)))))

(define (sonant_stress item token)
  "(sonant_stress ITEM TOKEN)
Stress the syllables of a token as it was given; Festival makes syllables of given phones, but leaves them unstressed."
  (let ((stresses (cadr (cddr token))))
    (if stresses
        (mapcar
         (lambda (syllable)
           (if stresses (item.set_feat syllable "stress" (car stresses)))
           (set! stresses (cdr stresses)))
         (item.daughters (item.relation (car (item.daughters item)) 'SylStructure))))))

(define (sonant_report item number)
  "(sonant_report ITEM NUMBER)
Print a line for each sound of a token: the token's number, the phone, its start, its end, its syllable's stress."
  (mapcar
   (lambda (word)
     (mapcar
      (lambda (syllable)
        (mapcar
         (lambda (segment)
           (format t "sound %d %s %f %f %s\n" number (item.name segment)
                   (item.feat segment "segment_start") (item.feat segment "segment_end")
                   (item.feat syllable "stress")))
         (item.daughters syllable)))
      (item.daughters (item.relation word 'SylStructure))))
   (item.daughters item)))

(define (sonant_speak tokens rate path model)
  "(sonant_speak TOKENS RATE PATH MODEL)
Speak tokens, each given as (NAME PUNCTUATION PHONES STRESSES), write 16-bit samples to PATH, and report the sounds.
MODEL is a name for what is in the file sonant_model now: the synthesizer reads it when current-voice changes."
  (let ((utt (Utterance Tokens nil)) (row nil) (number 0))
    (utt.relation.create utt 'Token)
    (mapcar (lambda (token) (sonant_append utt token)) tokens)
    (set! row (sonant_row (utt.relation.first utt 'Token)))
    (set! hts_engine_params (list (list "-m" sonant_model) (list "-r" rate)))
    (set! current-voice model)
    (Token_POS utt)
    (Token utt)
    (mapcar sonant_pronounce row tokens)
    (POS utt)
    (Phrasify utt)
    (Word utt)
    (mapcar sonant_stress row tokens)
    (Pauses utt)
    (Intonation utt)
    (PostLex utt)
    (Duration utt)
    (Int_Targets utt)
    (Wave_Synth utt)
    (mapcar
     (lambda (item) (sonant_report item number) (set! number (+ 1 number)))
     row)
    (utt.save.wave utt path 'raw)
    (format t "spoken\n")))
