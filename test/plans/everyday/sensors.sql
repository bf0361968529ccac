-- Devices at sites, what they measure, and when they raise an alarm.
CREATE TABLE site (site_code VARCHAR PRIMARY KEY, label VARCHAR, country VARCHAR);
CREATE TABLE device (serial VARCHAR PRIMARY KEY, site_code VARCHAR REFERENCES site(site_code), model VARCHAR, installed_on DATE, is_active BOOLEAN, battery_pct INTEGER);
CREATE TABLE reading (id BIGINT PRIMARY KEY, serial VARCHAR REFERENCES device(serial), measured_at TIMESTAMP, temp_c DOUBLE, humidity DOUBLE);
CREATE TABLE alarm (id INTEGER PRIMARY KEY, serial VARCHAR REFERENCES device(serial), raised_at TIMESTAMP, cleared_at TIMESTAMP, severity VARCHAR);
INSERT INTO site VALUES ('S1','North Plant','Norway'),('S2','South Plant','Spain'),('S3','Depot','Spain');
INSERT INTO device SELECT 'DV'||i, 'S'||(1+i%2), ['T100','T200','H50'][1+i%3], DATE '2024-01-01'+(i*30)::INTEGER, i%5<>0, (i*17)%100 FROM range(1,21) t(i);
INSERT INTO reading SELECT i, 'DV'||(1+i%18), TIMESTAMP '2026-05-01 00:00:00'+to_minutes((i*47)::INTEGER), 15+(i*7)%20+0.5, 40+(i%30) FROM range(1,1401) t(i);
INSERT INTO alarm SELECT i, 'DV'||(1+(i*3)%12), TIMESTAMP '2026-04-20 03:00:00'+to_hours((i*31)::INTEGER), CASE WHEN i%4=0 THEN NULL ELSE TIMESTAMP '2026-04-20 05:00:00'+to_hours((i*31)::INTEGER) END, ['low','high','critical'][1+i%3] FROM range(1,51) t(i);
