// Saves the click on "Log out of Keycloak". Without it the button is there.
document.getElementById("end-session")?.submit();
