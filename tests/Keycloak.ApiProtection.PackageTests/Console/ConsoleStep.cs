namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>A step of the list for the Keycloak console in the README, and the calls that the console makes for it.</summary>
/// <param name="Title">The bold title in the README.</param>
/// <param name="Requests">The calls.</param>
internal sealed record ConsoleStep(string Title, params IReadOnlyList<AdminRequest> Requests);
