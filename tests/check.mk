# tests of check
