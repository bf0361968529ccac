-- Names in camelCase; two keys of a match refer to teams.
CREATE TABLE teams (id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, founded INTEGER, stadium VARCHAR, capacity INTEGER);
CREATE TABLE players (id INTEGER PRIMARY KEY, teamId INTEGER REFERENCES teams(id), fullName VARCHAR, pos VARCHAR, birthDate DATE, nationality VARCHAR, marketValue INTEGER, shirtNumber INTEGER);
CREATE TABLE matches (id INTEGER PRIMARY KEY, homeTeamId INTEGER REFERENCES teams(id), awayTeamId INTEGER REFERENCES teams(id), matchDate TIMESTAMP, homeGoals INTEGER, awayGoals INTEGER, attendance INTEGER, referee VARCHAR);
CREATE TABLE goals (id INTEGER PRIMARY KEY, matchId INTEGER REFERENCES matches(id), playerId INTEGER REFERENCES players(id), minute INTEGER, isPenalty BOOLEAN);
INSERT INTO teams VALUES (1,'Harbor United','Portsmouth',1899,'Dockside',25000),(2,'Red Star','Leeds',1921,'Red Park',41000),(3,'Valley Rovers','Cardiff',1908,'The Bowl',18000),(4,'North End','Leeds',1950,'North Road',9000),(5,'City Lions','London',1905,'Lions Arena',60000),(6,'Old Oaks','London',2001,'Oak Lane',12000);
INSERT INTO players SELECT i, CASE WHEN i=25 THEN NULL ELSE 1+i%5 END, ['Adam','Ben','Carl','Diego','Emil','Fabio','Gus'][1+i%7]||' '||['Stone','Ryder','Costa','Weber','Novak'][1+i%5], ['GK','DEF','MID','FWD'][1+i%4], DATE '1988-05-05'+CAST(i*211 AS INTEGER), ['England','Brazil','Germany','Spain'][1+(i*i)%4], 500000+(i*733333)%9000000, i FROM range(1,31) t(i);
INSERT INTO matches SELECT i, 1+i%6, 1+(i+1+i%4)%6, TIMESTAMP '2025-08-02 15:00:00'+to_days(CAST(i*5 AS INTEGER))+to_hours(CAST((i%3)*2 AS INTEGER)), (i*7)%4, (i*5)%3, 5000+(i*3121)%20000, ['Ann Webb','Joe Kerr','Lee Dunn'][1+i%3] FROM range(1,41) t(i);
INSERT INTO goals SELECT i, 1+(i*3)%40, 1+(i*i)%29, 1+(i*17)%90, i%6=0 FROM range(1,71) t(i);
