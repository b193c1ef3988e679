/** Names for runs that got none: adjective-animal-number, the shape that MLflow's users know. */
import { randomInt } from 'node:crypto'

const adjectives =
  'able bold brave bright calm clean clever cosmic crisp curious daring eager early fair fast fine fresh gentle glad grand happy honest humble keen kind light lively lucky mellow merry mighty neat nimble noble patient polite proud quick quiet rare ready rich rising sharp shiny silent skilful sleek smart smooth steady strong sunny swift thoughtful tidy true vivid warm welcoming wise witty young zealous'.split(
    ' ',
  )
const animals =
  'ant auk bat bear bee bird boar bug carp cat chimp cod colt conch cow crab crane crow cub deer doe dog dolphin dove duck eel elk fawn finch fish flea fly foal fowl fox frog gnat gnu goat goose grouse grub gull hare hawk hen hog horse hound jay kit koi lamb lark loon lynx mare midge mink mole moose moth mouse mule newt owl ox panda perch pig pike pug quail ram rat ray robin roo rook seal shad shark sheep shoat shrew shrike skink skunk sloth slug smelt snail snake snipe sow sponge squid squirrel stag steed stoat stork swan tern toad trout turtle vole wasp whale wolf worm wren yak zebra'.split(
    ' ',
  )

const one = (words: readonly string[]): string => words[randomInt(words.length)] ?? 'quiet'
export const randomRunName = (): string => `${one(adjectives)}-${one(animals)}-${randomInt(1_000)}`
