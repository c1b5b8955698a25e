using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>Records the log messages of the library, for tests that assert them.</summary>
public sealed class RecordingLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(string? Event, string Text)> _entries = new();

    /// <summary>Returns the joined messages of one event.</summary>
    public string Of(string eventName) =>
        string.Join(Environment.NewLine, _entries.Where(entry => entry.Event == eventName).Select(entry => entry.Text));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        _entries.Enqueue((eventId.Name, formatter(state, exception)));
    }

    public void Dispose()
    {
    }
}
