"""What the columns of a roster are, by their headings: as people write them, and as Moodle, Canvas
and schools export them, in English, German, French, Spanish, Italian and Dutch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize


def plain(heading: str) -> str:
    """Letters and digits alone, without accents: Matr.-Nr. → matrnr, Prénom → prenom."""
    return "".join(sign for sign in normalize("NFKD", heading).casefold() if sign.isalnum())


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(word) for line in lines for word in line.split(",")))


# An id that the school gives stands before one that a learning platform or a list gives.
_IDS = _words(
    "SIS User ID, student id, student number, student no, id number, matriculation number",
    "matriculation no, matriculation, registration number, enrolment number, enrollment number",
    "roll number, roll no, candidate number, pupil number, admission number",
    "Matrikelnummer, Matrikelnr, Matrikel-Nr., Matrikel, Matr.-Nr., Mat.-Nr., ID-Nummer",
    "Schülernummer, Schuelernummer, Studierendennummer, Studentennummer, Personalnummer",
    "numéro étudiant, numéro d'étudiant, n° étudiant, no étudiant, nº étudiant, code étudiant",
    "numéro d'identification, matricule, INE",
    "matrícula, número de matrícula, nº de matrícula, número de identificación, número de ID",
    "expediente, número de expediente, nº de expediente, legajo, DNI, NIA",
    "matricola, numero di matricola, codice identificativo, numero ID",
    "studentnummer, leerlingnummer, stamnummer",
    "id, number, nummer, nr, no, n°, nº, numéro, número, numero, código, codice",
)
_LOGINS = _words(
    "SIS Login ID, login id, login, username, user name, user id",
    "Benutzername, Anmeldename, Kennung, identifiant, nom d'utilisateur, nombre de usuario",
    "usuario, nome utente, gebruikersnaam",
    "email address, email, mail, E-Mail-Adresse, adresse e-mail, adresse de courriel, courriel",
    "adresse mail, correo, correo electrónico, dirección de correo, dirección email",
    "indirizzo email, indirizzo e-mail, e-mailadres",
)
_FULL = _words(
    "full name, student name, name of student, vollständiger Name, Name Vorname, Nachname Vorname",
    "Vorname Nachname, Vor- und Nachname, last name first name, surname first name",
    "nom complet, nom et prénom, nom prénom, prénom nom, prénom et nom, nombre completo",
    "apellidos y nombre, nombre y apellidos, apellidos nombre, apellido y nombre, nome completo",
    "cognome e nome, nome e cognome, cognome nome, volledige naam, voor- en achternaam",
)
_FIRST = _words(
    "first name, first names, given name, given names, forename, first, Vorname, Vornamen, Rufname",
    "prénom, prénoms, nombres, nombre de pila, voornaam, voornamen, roepnaam",
)
_BETWEEN = _words("middle name, Namenszusatz, tussenvoegsel, tussenvoegsels")
_LAST = _words(
    "last name, surname, family name, last, Nachname, Familienname, Zuname, nom de famille",
    "apellido, apellidos, primer apellido, cognome, achternaam, familienaam",
)
_SECOND = _words("segundo apellido")
# What these are depends on the other columns: Name; Vorname, and Nombre; Apellidos.
_FULL_OR_LAST = _words("name, nom, naam")
_FULL_OR_FIRST = _words("nombre, nome")
_STUDENT = _words(
    "student, pupil, learner, participant, Schüler, Schülerin, Teilnehmer, Teilnehmerin",
    "Studierende, étudiant, élève, estudiante, alumno, alumna, studente, studentessa, alunno",
    "leerling, deelnemer",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what.

    ids    may be the id, the likeliest first
    names  make up the name, in the order in which it is printed
    """

    ids: tuple[int, ...]
    names: tuple[int, ...]


def columns_of(headings: Sequence[str]) -> Columns:
    """What the columns of a roster are by their headings; none where no heading is known."""
    keys = [plain(heading) for heading in headings]

    def places(words: Iterable[str]) -> list[int]:
        return [keys.index(word) for word in words if word in keys]

    first, last = places(_FIRST)[:1], places(_LAST)[:1]
    if not last and first:
        last = places(_FULL_OR_LAST)[:1]
    if not first and last:
        first = places(_FULL_OR_FIRST)[:1]
    spare = [place for place in places(_FULL_OR_LAST + _FULL_OR_FIRST) if place not in first + last]
    parts = first + places(_BETWEEN)[:1] + last + places(_SECOND)[:1] if first or last else []
    names = (places(_FULL) + spare)[:1] or parts
    ids, students = places(_IDS), places(_STUDENT)[:1]
    if not names and ids + places(_LOGINS):
        names, students = students, []
    return Columns(tuple(ids + students + places(_LOGINS)), tuple(names))
