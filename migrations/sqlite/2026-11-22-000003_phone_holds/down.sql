DROP TABLE phone_holds;
