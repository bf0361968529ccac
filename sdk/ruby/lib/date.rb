# A day of the proleptic Gregorian calendar, as SQL's DATE.
class Date
  include Comparable

  UNIX = 719_468
  MONTHS = %w[January February March April May June July August September October November December]
  DAYS = %w[Sunday Monday Tuesday Wednesday Thursday Friday Saturday]

  MIDNIGHT = { "H" => "00", "M" => "00", "S" => "00", "T" => "00:00:00", "R" => "00:00" }

  attr_reader :year, :month, :day, :day_number

  alias mon month
  alias mday day

  # The day that lies `number` days after 1970-01-01.
  def self.of_day_number(number)
    # Years start in March here, so that the leap day is the last of its year.
    shifted = number + UNIX
    era = shifted.div(146_097)
    of_era = shifted - era * 146_097
    year_of_era = (of_era - of_era.div(1460) + of_era.div(36_524) - of_era.div(146_096)).div(365)
    of_year = of_era - (365 * year_of_era + year_of_era.div(4) - year_of_era.div(100))
    index = (5 * of_year + 2).div(153)
    month = index < 10 ? index + 3 : index - 9
    year = year_of_era + era * 400 + (month <= 2 ? 1 : 0)
    made = allocate
    made.__send__(:set, year, month, of_year - (153 * index + 2).div(5) + 1, number)
    made
  end

  def self.valid_date?(year, month, day)
    month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month)
  end

  def self.leap?(year)
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
  end

  def self.days_of(year, month)
    return leap?(year) ? 29 : 28 if month == 2
    [4, 6, 9, 11].include?(month) ? 30 : 31
  end

  # The day that a text like "2024-02-29" names.
  def self.parse(text)
    parts = text.strip.split("-")
    raise ArgumentError, "invalid date" unless parts.size == 3
    new(*parts.map { |part| Integer(part, 10) })
  end

  def self.iso8601(text)
    parse(text)
  end

  def self.today
    of_day_number(Time.now.to_i.div(86_400))
  end

  def initialize(year = -4712, month = 1, day = 1)
    day += Date.days_of(year, month) + 1 if day < 0 && month >= 1 && month <= 12
    raise ArgumentError, "invalid date" unless Date.valid_date?(year, month, day)
    from_march = month > 2 ? year : year - 1
    era = from_march.div(400)
    of_era = from_march - era * 400
    of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2).div(5) + day - 1
    number = era * 146_097 + of_era * 365 + of_era.div(4) - of_era.div(100) + of_year - UNIX
    set(year, month, day, number)
  end

  def +(days)
    Date.of_day_number(@day_number + days)
  end

  # The day so many days earlier, or how many days lie between two.
  def -(other)
    other.is_a?(Date) ? @day_number - other.day_number : self + -other
  end

  def >>(months)
    total = @year * 12 + @month - 1 + months
    year = total.div(12)
    month = total % 12 + 1
    Date.new(year, month, [@day, Date.days_of(year, month)].min)
  end

  def <<(months)
    self >> -months
  end

  def next_day(count = 1)
    self + count
  end

  def prev_day(count = 1)
    self - count
  end

  def next_month(count = 1)
    self >> count
  end

  def prev_month(count = 1)
    self << count
  end

  def next_year(count = 1)
    self >> count * 12
  end

  def prev_year(count = 1)
    self << count * 12
  end

  def succ
    self + 1
  end

  def <=>(other)
    other.is_a?(Date) ? @day_number <=> other.day_number : nil
  end

  def eql?(other)
    other.is_a?(Date) && @day_number == other.day_number
  end

  def hash
    @day_number.hash
  end

  def wday
    (@day_number + 4) % 7
  end

  def yday
    @day_number - Date.new(@year, 1, 1).day_number + 1
  end

  def leap?
    Date.leap?(@year)
  end

  DAYS.each_with_index { |name, index| define_method("#{name.downcase}?") { wday == index } }

  def to_date
    self
  end

  def to_time
    Time.at(@day_number * 86_400).utc
  end

  # The directives for a day; `clock` has those for a time of day, midnight without it.
  def strftime(format, clock = MIDNIGHT)
    parts = { "Y" => @year.to_s.rjust(4, "0"), "m" => "%02d" % @month, "d" => "%02d" % @day,
              "e" => "%2d" % @day, "j" => "%03d" % yday, "y" => "%02d" % (@year % 100),
              "B" => MONTHS[@month - 1], "b" => MONTHS[@month - 1][0, 3], "A" => DAYS[wday],
              "a" => DAYS[wday][0, 3], "u" => (wday == 0 ? 7 : wday).to_s, "w" => wday.to_s,
              "F" => to_s }.merge(clock)
    pieces = format.split("%", -1)
    made = pieces.shift
    until pieces.empty?
      piece = pieces.shift
      if piece.empty?
        made << "%" << (pieces.shift || "")
      else
        made << parts.fetch(piece[0], "%#{piece[0]}") << piece[1..-1]
      end
    end
    made
  end

  def to_s
    year = @year.abs.to_s.rjust(4, "0")
    "#{@year < 0 ? '-' : ''}#{year}-#{'%02d' % @month}-#{'%02d' % @day}"
  end

  alias iso8601 to_s

  def inspect
    "#<Date: #{self}>"
  end

  private

  def set(year, month, day, number)
    @year = year
    @month = month
    @day = day
    @day_number = number
  end
end

class Time
  def to_date
    Date.new(year, month, day)
  end

  def iso8601(digits = 0)
    text = "%04d-%02d-%02dT%02d:%02d:%02d" % [year, month, day, hour, min, sec]
    text << "." << ("%06d" % usec)[0, digits] if digits > 0
    "#{text}Z"
  end
end

class Time
  def strftime(format)
    clock = { "H" => "%02d" % hour, "M" => "%02d" % min, "S" => "%02d" % sec, "L" => "%03d" % (usec / 1000),
              "N" => "%06d000" % usec, "I" => "%02d" % ((hour + 11) % 12 + 1), "p" => hour < 12 ? "AM" : "PM",
              "z" => "+0000", "Z" => "UTC", "s" => to_i.to_s, "T" => "%02d:%02d:%02d" % [hour, min, sec],
              "R" => "%02d:%02d" % [hour, min] }
    to_date.strftime(format, clock)
  end

  def nsec
    usec * 1000
  end
end
