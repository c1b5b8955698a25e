using Keycloak.ApiProtection.Tests.Realms;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Tests;

/// <summary>Sends the log messages of the library to one recording.</summary>
internal sealed class RecordingLoggerProvider(RecordingLogger recording) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("Keycloak.ApiProtection", StringComparison.Ordinal) ? recording : NullLogger.Instance;

    public void Dispose()
    {
    }
}
