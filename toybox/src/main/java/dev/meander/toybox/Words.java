package dev.meander.toybox;

import dev.meander.random.RandomStream;
import java.util.List;

/**
 * What signs say: common words of three or four letters, none of which a caption uses elsewhere.
 */
final class Words {
  static final List<String> COMMON =
      List.of(
          ("ACE ACT ADD AGE AIR ANT APE ARM ART ASH BAG BAR BAT BED BEE BIG BOW BOX BOY BUS CAB CAN"
                  + " CAP CAR CAT COW CUP DAY DEN DIG DOG DOT DRY EAR EAT EGG ELF END EYE FAN FAR"
                  + " FEW FIG FIN FIT FLY FOG FOX FUN FUR GAP GAS GEM GUM HAM HAT HEN HIT HOP HOT"
                  + " HUB HUG ICE INK JAM JAR JET JOB JOY KEY KID KIT LAB LAW LEG LID LIP LOG MAP"
                  + " MIX MUD MUG NET NUT OAK OIL OWL PAN PAW PEN PET PIE PIG PIN POT PUB RAM RAT"
                  + " RAW RIB ROW RUG SEA SKY SUM SUN TAP TEA TIN TIP TOE TOP TOY TUB VAN VET WAX"
                  + " WEB WIG YAK ZIP ZOO BABY BALL BAND BANK BARN BEAR BELL BIRD BOAT BONE BOOK"
                  + " CAKE CAMP CARD CAVE CITY COAT COIN COLD CORN CUBE DECK DEER DESK DOOR DUCK"
                  + " DUST EAST EXIT FACE FARM FAST FIRE FISH FLAG FOOD FROG GAME GATE GIFT GOAT"
                  + " GOLD HALL HAND HAWK HILL HOME HOOK IDEA IRON JAZZ JUMP KING KITE LAKE LAMP"
                  + " LEAF LION LOVE MAIL MILK MOON NEST NOTE OPEN PARK PATH PLUM POND QUIZ RAIN"
                  + " RING ROAD ROCK ROSE SALT SAND SHIP SHOP SNOW SOUP SWIM TAXI TIME TOWN TREE"
                  + " VIEW WALL WAVE WEST WIND WOLF WOOD YARD ZERO ZONE")
              .split(" "));

  /** What the bundled model writes best. */
  private static final List<Character> EASY = List.of('C', 'E', 'H', 'L', 'O', 'T');

  private Words() {}

  /**
   * A common word half of the time, else random letters, so that letters are learned one by one.
   */
  static String draw(RandomStream random) {
    if (random.nextInt(2) == 0) {
      return random.pick(COMMON);
    }
    char[] letters = new char[3 + random.nextInt(2)];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = (char) ('A' + random.nextInt(26));
    }
    return new String(letters);
  }

  /** Four letters out of six: as wide as the image, so that each letter has its place. */
  static String drawEasy(RandomStream random) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      word.append(random.pick(EASY));
    }
    return word.toString();
  }
}
