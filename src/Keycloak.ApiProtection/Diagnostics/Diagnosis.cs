namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Why a permission is missing, and its remedy. For the log only.</summary>
internal readonly record struct Diagnosis(string Reason, string Remedy);
