namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>A step of README's list for Keycloak's console, and the calls that the console makes for it.</summary>
/// <param name="Title">The bold title in README.</param>
/// <param name="Requests">The calls.</param>
internal sealed record ConsoleStep(string Title, params IReadOnlyList<AdminRequest> Requests);
