@echo off
rem Meander's launcher on Windows: takes the jars beside it, chooses settings of the JVM and runs the command line.
rem   JAVA_HOME            the Java to use, version 17 or newer (else the java on the PATH)
rem   MEANDER_JAVA_OPTS    more options for the JVM, e.g. -Xmx3g
rem   MEANDER_CLASSPATH    jars and folders of your own rewards, with ; between them
setlocal
set "home=%~dp0"
if "%home:~-1%"=="\" set "home=%home:~0,-1%"
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
set "own="
if defined MEANDER_CLASSPATH set "own=;%MEANDER_CLASSPATH%"
if not defined TORCH_CPP_LOG_LEVEL set "TORCH_CPP_LOG_LEVEL=FATAL"
"%java%" -Xms96m -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED ^
  -Djava.awt.headless=true "-Dmeander.home=%home%" %MEANDER_JAVA_OPTS% ^
  -cp "%home%\lib\*%own%" dev.meander.cli.Meander %*
exit /b %ERRORLEVEL%
