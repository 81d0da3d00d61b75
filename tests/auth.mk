# tests of auth
