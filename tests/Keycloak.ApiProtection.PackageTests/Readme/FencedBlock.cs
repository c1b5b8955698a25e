namespace Keycloak.ApiProtection.PackageTests.Readme;

/// <summary>A fenced code block (CommonMark section 4.5).</summary>
/// <param name="Language">The first word of the info string, such as <c>csharp</c>.</param>
/// <param name="Text">The lines between the fences.</param>
internal sealed record FencedBlock(string Language, string Text);
