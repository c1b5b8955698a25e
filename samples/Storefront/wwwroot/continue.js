// Submits the form "Log out of Keycloak" automatically. Without this script, the user presses the button.
document.getElementById("end-session")?.submit();
